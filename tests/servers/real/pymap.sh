#!/bin/bash
# pymap for one user, its mail in memory:   pymap.sh PORT USER
set -eu
: "${SERVERS:?the folder that holds what is fetched}"
exec "$SERVERS/pymap/bin/pymap" --host 127.0.0.1 --port "$1" --no-tls dict --demo-user "$2" --demo-password secret

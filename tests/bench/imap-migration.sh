#!/bin/bash
# Our engine in the form of the benchmark's tools: copies the mailboxes named in $USERS, or syncs them again.
# IMAP_MIGRATION_BENCH names the executable: cargo build --release -p engine --example migrate
security=None; [ "$TLS" = 1 ] && security=Ssl
exec "${IMAP_MIGRATION_BENCH:?}" "$WORK/store" "$USERS" "$JOBS" "$SRC_PORT" "$DST_PORT" "$HOST" "$security"

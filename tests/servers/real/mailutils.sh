#!/bin/bash
# GNU mailutils' imap4d, in its layer:   layer.sh mailutils STATE mailutils.sh PORT USER...
#
# Its users are the system's, their folders files in their homes.
set -eu
state=$1 port=$2
shift 2
mkdir -p "$state"/{home,spool}
for user; do
    useradd --no-create-home --home-dir "$state/home/$user" "$user"
    mkdir "$state/home/$user"
    touch "$state/spool/$user"
    chown -R "$user" "$state/home/$user" "$state/spool/$user"
done
printf '%s:secret\n' "$@" | chpasswd
chmod 755 "$state"
chmod 1777 "$state/spool"
cat >/etc/mailutils.conf <<C
mode daemon;
pidfile "/run/imap4d.pid";
server 127.0.0.1:$port { };
auth { authentication clear; authentication system; authorization clear; authorization system; };
mailbox { mail-spool "$state/spool"; };
C
exec imap4d --no-site-config --config-file=/etc/mailutils.conf --daemon=50 --foreground

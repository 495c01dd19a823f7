#!/bin/bash
# Courier, in its layer:   layer.sh courier STATE courier.sh PORT USER...
set -eu
state=$1 port=$2
shift 2
groupadd --system courier 2>/dev/null || true
useradd --system --gid courier --home-dir /nonexistent --shell /usr/sbin/nologin courier 2>/dev/null || true
useradd --uid 5001 --user-group vmail 2>/dev/null || true
mkdir -p /run/courier/authdaemon "$state/mail"
chown -R courier:courier /run/courier
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
touch /etc/courier/userdb
chmod 600 /etc/courier/userdb
password=$(echo secret | userdbpw -md5)
for user; do
    mkdir -p "$state/mail/$user"
    maildirmake.courier "$state/mail/$user/Maildir"
    printf '%s\tuid=5001|gid=5001|home=%s|mail=%s|imappw=%s\n' "$user" "$state/mail/$user" "$state/mail/$user/Maildir" \
        "$password" >>/etc/courier/userdb
done
chown -R vmail:vmail "$state/mail"
chmod 755 "$state"
makeuserdb
set -a
. /etc/courier/authdaemonrc
/usr/lib/courier/courier-authlib/authdaemond &
. /etc/courier/imapd
IMAP_STARTTLS=NO TLS_REQUIRED=0 IMAP_TLS_REQUIRED=0 AUTHMODULES=authdaemond
# couriertcpd lets nobody in before the daemon answers: a login would fail.
until authtest -s imap "$1" secret >/dev/null 2>&1; do sleep 0.05; done
exec couriertcpd -address=127.0.0.1 -maxprocs=200 -maxperip=200 -nodnslookup -noidentlookup "$port" \
    /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir

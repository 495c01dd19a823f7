#!/bin/bash
# Cyrus, in its layer:   layer.sh cyrus STATE cyrus.sh PORT USER...
set -eu
state=$1 port=$2
shift 2
groupadd --system sasl 2>/dev/null || true
useradd --system --gid mail --groups sasl --home-dir /var/spool/cyrus --shell /bin/sh cyrus 2>/dev/null || true
mkdir -p "$state"/{conf,spool,sieve} "$state"/run/{proc,lock,socket}
cat >/etc/imapd.conf <<C
configdirectory: $state/conf
proc_path: $state/run/proc
mboxname_lockpath: $state/run/lock
defaultpartition: default
partition-default: $state/spool
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/sasldb2
sasl_mech_list: PLAIN LOGIN
servername: localhost
altnamespace: no
unixhierarchysep: no
autocreate_post: yes
autocreate_quota: 0
autocreate_inbox_folders: Sent | Drafts | Trash
virtdomains: off
conversations: 0
idlesocket: $state/run/socket/idle
notifysocket: $state/run/socket/notify
lmtpsocket: $state/run/socket/lmtp
duplicatesuppression: no
sievedir: $state/sieve
syslog_prefix: cyrus
C
# Each entry has a line of its own: others are passed over without a word.
cat >/etc/cyrus.conf <<C
START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
}
SERVICES {
  imap cmd="/usr/lib/cyrus/bin/imapd" listen="127.0.0.1:$port" prefork=1 maxchild=50
}
EVENTS {
  checkpoint cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -c" period=30
}
C
for user; do echo secret | saslpasswd2 -p -c -u localhost "$user"; done
chown cyrus:mail /etc/sasldb2
chown -R cyrus:mail "$state"/{conf,spool,sieve,run}
chmod 755 "$state"
exec /usr/lib/cyrus/bin/master -C /etc/imapd.conf -M /etc/cyrus.conf -p /run/cyrus-master.pid -L "$state/cyrus.log"

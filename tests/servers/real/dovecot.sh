#!/bin/bash
# Dovecot:   dovecot.sh STATE PORT LAYOUT
#
# LAYOUT is `maildir`: Maildir++ below the prefix `INBOX.`, levels divided by dots; or `sdbox`: no prefix, divided by
# slashes. Everybody may log in by the password `secret`. It ends with this process.
set -eu
state=$1 port=$2 layout=$3
case $layout in
maildir) location='maildir:~/Maildir' separator=. prefix=INBOX. ;;
sdbox) location='sdbox:~/sdbox' separator=/ prefix= ;;
*)
    echo "there is no layout $layout" >&2
    exit 2
    ;;
esac
user=nobody
[ "$(id -u)" = 0 ] || user=$(id -un)
mkdir -p "$state/mail"
[ "$(id -u)" != 0 ] || chown nobody "$state/mail"
chmod 755 "$state"
cat >"$state/dovecot.conf" <<C
base_dir = $state/run
state_dir = $state/state
log_path = $state/dovecot.log
instance_name = matrix-$port
protocols = imap
listen = 127.0.0.1
ssl = no
default_internal_user = $user
default_login_user = $user
default_internal_group = $(id -gn "$user")
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {
  driver = static
  args = password=secret
}
first_valid_uid = 1
userdb {
  driver = static
  args = uid=$user gid=$(id -gn "$user") home=$state/mail/%Lu
}
mail_location = $location
mail_fsync = never
mail_max_userip_connections = 0
namespace inbox {
  inbox = yes
  separator = $separator
  prefix = $prefix
}
default_vsz_limit = 1G
stats_writer_socket_path =
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
C
exec dovecot -F -c "$state/dovecot.conf"

#!/bin/bash
# Fetches a server that is no Debian package of this machine, or would push Dovecot out:   get.sh NAME
#
# Courier, Cyrus and GNU mailutils conflict with Dovecot as packages: they are only downloaded, with what they need, and
# unpacked into $SERVERS/NAME. pymap comes from PyPI, hoodiecrow from npm. What is there already is left as it is.
set -eu
: "${SERVERS:?the folder that holds what is fetched}"
name=$1
root=$SERVERS/$name
[ ! -e "$root.ready" ] || exit 0
mkdir -p "$root"

# Packages and what they need, as if nothing that conflicts with them were installed. Only root may ask apt.
unpack() {
    [ "$(id -u)" = 0 ] || { echo "$name runs in a namespace of its own, which needs root" >&2; exit 1; }
    local debs=$SERVERS/$name-debs
    mkdir -p "$debs/partial"
    awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: (dovecot|isync)/' /var/lib/dpkg/status >"$debs/status"
    apt-get update -qq
    apt-get -qq --yes --download-only --no-install-recommends -o Dir::State::status="$debs/status" \
        -o Debug::NoLocking=1 -o Dir::Cache::archives="$debs" install "$@"
    for package in "$debs"/*.deb; do dpkg --extract "$package" "$root"; done
    # Where /lib is a link to /usr/lib, a folder of that name would hide it.
    if [ -d "$root/lib" ] && [ ! -L "$root/lib" ]; then
        cp -a "$root/lib/." "$root/usr/lib/"
        rm -r "$root/lib"
    fi
    dpkg-deb --field "$(ls "$debs/$1"_*.deb)" Version >"$root.version"
}

case $name in
courier) unpack courier-imap courier-authdaemon ;;
cyrus) unpack cyrus-imapd cyrus-admin sasl2-bin ;;
mailutils) unpack mailutils-imap4d ;;
pymap)
    python3 -m venv "$root"
    "$root/bin/pip" install --quiet pymap
    "$root/bin/pip" show pymap | sed -n 's/^Version: //p' >"$root.version"
    ;;
hoodiecrow)
    npm install --silent --no-fund --no-audit --prefix "$root" hoodiecrow-imap
    node -p "require('$root/node_modules/hoodiecrow-imap/package').version" >"$root.version"
    ;;
*)
    echo "there is no way to fetch $name" >&2
    exit 2
    ;;
esac
touch "$root.ready"

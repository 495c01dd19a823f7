#!/bin/bash
# Runs a script with a fetched server's files laid over / :   layer.sh NAME STATE SCRIPT ARGUMENT...
#
# The mounts and the processes are in namespaces of their own: nothing else sees them, and when this process is killed,
# all that was started in them ends with it. STATE, a folder that is there, is the only place where anything lasts.
set -eu
: "${SERVERS:?the folder that holds what is fetched}"
name=$1 state=$2 script=$3
shift 3
exec unshare --mount --pid --fork --kill-child --propagation private bash -c '
set -eu
root=$1 state=$2 script=$3
shift 3
# A layer must not lie below another one, as $root does below /: its files move to a file system of their own.
layers=$state/layers
mkdir -p "$layers"
mount -t tmpfs none "$layers"
mkdir "$layers"/{files,new,work,all}
cp -a "$root/." "$layers/files/"
cp "$script" "$layers/files/start.sh"
mount -t overlay overlay -o "lowerdir=$layers/files:/,upperdir=$layers/new,workdir=$layers/work" "$layers/all"
mount -t proc none "$layers/all/proc"
mount --rbind /dev "$layers/all/dev"
mount -t tmpfs none "$layers/all/run"
mkdir -p "$layers/all$state"
mount --bind "$state" "$layers/all$state"
# The first process of the namespace stays this one: servers change their user, and then no longer hear of a death.
chroot "$layers/all" bash /start.sh "$state" "$@" &
wait $!
' layer "$SERVERS/$name" "$state" "$script" "$@"

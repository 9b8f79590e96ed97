#!/bin/sh
# Runs simulated cameras: camera.sh --help. Installs what is missing first.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd -P) || exit 1
here=$root/services/standalone
also=''
. "$here/install.sh"
exec "$node" "$root/services/camera/src/main.ts" "$@"

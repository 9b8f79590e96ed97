#!/bin/sh
# Starts the whole server: start.sh --help. Installs what is missing first.
set -u
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
root=$(cd "$here/../.." && pwd -P) || exit 1
also=''
. "$here/install.sh"
exec "$node" "$here/src/main.ts" "$@"

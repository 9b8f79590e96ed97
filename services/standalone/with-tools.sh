#!/bin/sh
# Runs a command in the repository with everything installed that the server and its tests need.
set -u
[ $# -gt 0 ] || { echo 'usage: with-tools.sh COMMAND [ARGUMENT…]' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
root=$(cd "$here/../.." && pwd -P) || exit 1
also='curl openssl stunnel wget'
. "$here/install.sh"
cd "$root" || exit 1
exec "$@"

#!/bin/sh
# Runs a command in the repository with everything installed that the server and its tests need.
set -u
[ $# -gt 0 ] || { echo 'usage: with-tools.sh COMMAND [ARGUMENT…]' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
root=$(cd "$here/../.." && pwd -P) || exit 1
also='curl openssl stunnel wget'
. "$here/install.sh"

# The tests of the web pages need a Chromium; without one they fail, and all others run.
has_browser() { has chromium || has chromium-browser || has google-chrome; }
if ! has_browser && may_apt; then apt_install chromium || say 'apt-get failed'; fi
has_browser || say 'CHROMIUM IS MISSING: the tests of the web pages will fail; install it and run them again'

# Off, so that no build in the background slows down the tests.
SMALL_FFPROBE=${SMALL_FFPROBE:-off}
export SMALL_FFPROBE

cd "$root" || exit 1
exec "$@"

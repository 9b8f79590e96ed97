# Sourced by start.sh and with-tools.sh: installs what is missing. Writes to standard error only.
# Needs $root (the repository), $here (this folder) and $also (names of further tools).

say() { printf '%s\n' "push-av-server: $*" >&2; }
give_up() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
. "$here/install-lock.sh"

# npm writes node_modules/.package-lock.json last, so when that file exists, npm has finished.
has_packages() {
  installed=$root/node_modules/.package-lock.json
  [ -f "$installed" ] && [ -z "$(find "$root/package-lock.json" -newer "$installed")" ]
}

install_packages() {
  if has_packages; then return; fi
  has npm || give_up 'npm is missing: install Node.js 18 or newer (it brings npm)'
  say 'installing the npm packages that package-lock.json names; this may take a minute or two'
  messages=$(npm_quietly ci --ignore-scripts=false 2>&1) && return
  printf '%s\n' "$messages" >&2
  if is_offline "$messages"; then give_up 'npm did not reach its registry: is there a network, and does npm know your proxy?'; fi
  if ! lacks_binaries "$messages"; then give_up 'npm could not install them; its messages are above'; fi
  say 'package-lock.json lacks the binaries of this kind of machine: installing what it names with npm install'
  say 'no package may run a script, but node, whose script fetches its binary'
  npm_quietly install --no-save --ignore-scripts && npm_quietly rebuild --ignore-scripts=false node ||
    give_up 'npm could not install them; its messages are above'
}

is_offline() {
  case $1 in *'code EAI_AGAIN'* | *'code ENOTFOUND'* | *'code ETIMEDOUT'* | *'code ECONNREFUSED'* | *'code ENETUNREACH'*) ;; *) return 1 ;; esac
}

# npm ci refuses a lock file that was written on another kind of machine and lacks the binaries for this machine.
lacks_binaries() {
  case $1 in *EUSAGE*'from lock file'*) ;; *) return 1 ;; esac
  missing_packages=$(printf '%s\n' "$1" | sed -n 's/.*Missing: \(.*\)@[^@]* from lock file.*/\1/p')
  # Packages of binaries have the platform in their name; a lock file that lacks any other package is not trusted.
  [ -n "$missing_packages" ] && ! printf '%s\n' "$missing_packages" | grep -Evq -e '-(linux|darwin|win32|freebsd|android)(-|$)'
}

npm_quietly() {
  (cd "$root" && npm "$@" --include=dev --no-audit --no-fund --loglevel=error) >&2
}

package_of() {
  case $1 in
    redis-server) echo redis-server ;;
    ffprobe | ffmpeg) echo ffmpeg ;;
    bwrap) echo bubblewrap ;;
    stunnel) echo stunnel4 ;;
    *) echo "$1" ;;
  esac
}

# Prints the packages of those of the given tools that are missing.
missing_of() {
  for tool in "$@"; do has "$tool" || package_of "$tool"; done | sort -u | tr '\n' ' '
}

# Closes descriptor 9, the install lock: a service that a package starts would hold it for ever.
as_root() {
  if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@" >&2 </dev/null 9>&-
  else sudo -n env DEBIAN_FRONTEND=noninteractive "$@" >&2 </dev/null 9>&-; fi
}

may_apt() {
  has apt-get && { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }
}

apt_install() {
  say "installing with apt-get: $*"
  as_root apt-get -qq update || say 'apt-get update failed; trying with the lists that are there'
  as_root apt-get -qq install -y --no-install-recommends "$@"
}

advise() {
  say "these are missing: $*"
  if has brew; then say "install them: brew install $(echo "$*" | sed 's/redis-server/redis/;s/stunnel4/stunnel/')"
  elif has apt-get; then say "install them: sudo apt-get update && sudo apt-get install -y $*"
  elif has dnf; then say "install them: sudo dnf install $(echo "$*" | sed 's/redis-server/redis/;s/ffmpeg/ffmpeg-free/;s/stunnel4/stunnel/')"
  elif has apk; then say "install them: apk add $(echo "$*" | sed 's/redis-server/redis/;s/stunnel4/stunnel/')"
  elif has pacman; then say "install them: sudo pacman -S $(echo "$*" | sed 's/redis-server/redis/;s/stunnel4/stunnel/')"
  else say 'install them: redis-server is from Redis 7 or newer, ffprobe from ffmpeg 5 or newer'; fi
  say 'then start again'
  exit 1
}

install_tools() {
  missing=$(missing_of redis-server ffprobe ffmpeg $also)
  if [ -n "$missing" ] && may_apt; then apt_install $missing || say 'apt-get failed'; fi
  missing=$(missing_of redis-server ffprobe ffmpeg $also)
  if [ -n "$missing" ]; then advise $missing; fi
}

# ffprobe reads files that clients send; on Linux bubblewrap confines it.
has_sandbox() { has bwrap || [ "$(uname -s)" != Linux ]; }

install_sandbox() {
  if has_sandbox; then return; fi
  if may_apt && apt_install bubblewrap; then return; fi
  say 'note: bubblewrap is missing, so ffprobe runs without a sandbox'
}

# Sets $node to the pinned Node 24 or, when its binary does not run (Alpine), to the machine's own Node if new enough.
choose_node() {
  node=$root/node_modules/.bin/node
  if "$node" --version >/dev/null 2>&1; then return; fi
  node=$(command -v node) || node=false
  "$node" -e 'process.exit(parseInt(process.versions.node) >= 24 ? 0 : 1)' 2>/dev/null ||
    give_up 'the pinned Node.js does not run here; install Node.js 24 or newer'
}

# Sets FFPROBE to the small static ffprobe of services/probe/build-ffprobe.sh if it was built: it starts much faster.
choose_ffprobe() {
  built=$root/services/probe/build/ffprobe
  if [ -n "${FFPROBE:-}" ] || ! "$built" -version >/dev/null 2>&1; then return; fi
  FFPROBE=$built
  export FFPROBE
}

install_all() {
  lock_install
  install_packages
  install_tools
  install_sandbox
  unlock_install
}

if ! has_packages || [ -n "$(missing_of redis-server ffprobe ffmpeg $also)" ] || ! has_sandbox; then
  install_all
fi
choose_node
choose_ffprobe
PATH=$root/node_modules/.bin:$PATH
# Node caches compiled code there, so that the next start takes half the time; it does without if it cannot write there.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compiled}
export PATH NODE_COMPILE_CACHE

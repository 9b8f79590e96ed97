# Sourced by start.sh and with-tools.sh: installs what is missing. Standard output stays clean.
# Before: $root is the repository, $also names more tools that must be there.

say() { printf '%s\n' "push-av-server: $*" >&2; }
give_up() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# npm writes node_modules/.package-lock.json last, so one that is there means that it finished.
install_packages() {
  installed=$root/node_modules/.package-lock.json
  if [ -f "$installed" ] && [ -z "$(find "$root/package-lock.json" -newer "$installed")" ]; then return; fi
  has npm || give_up 'npm is missing: install Node.js 18 or newer (it brings npm)'
  say 'installing the npm packages that package-lock.json names'
  npm_quietly ci || npm_quietly install --no-save || give_up 'npm could not install them; its words are above'
}

# npm install keeps to package-lock.json too, and bears with a lock file that lacks other machines' binaries.
npm_quietly() {
  (cd "$root" && npm "$@" --include=dev --ignore-scripts=false --no-audit --no-fund --loglevel=error) >&2
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

# The packages of those tools that are not there.
missing_of() {
  for tool in "$@"; do has "$tool" || package_of "$tool"; done | sort -u | tr '\n' ' '
}

as_root() {
  if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@" >&2 </dev/null
  else sudo -n env DEBIAN_FRONTEND=noninteractive "$@" >&2 </dev/null; fi
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

# ffprobe reads what strangers send; on Linux bubblewrap confines it.
install_sandbox() {
  if has bwrap || [ "$(uname -s)" != Linux ]; then return; fi
  if may_apt && apt_install bubblewrap; then return; fi
  say 'note: bubblewrap is missing, so ffprobe runs without a sandbox'
}

# The pinned Node 24; where its binary does not run (Alpine), the machine's own if it is new enough.
choose_node() {
  node=$root/node_modules/.bin/node
  if "$node" --version >/dev/null 2>&1; then return; fi
  node=$(command -v node) || node=false
  "$node" -e 'process.exit(parseInt(process.versions.node) >= 24 ? 0 : 1)' 2>/dev/null ||
    give_up 'the pinned Node.js does not run here; install Node.js 24 or newer'
}

# A small static ffprobe starts many times faster, where services/probe/build-ffprobe.sh has made one.
choose_ffprobe() {
  built=$root/services/probe/build/ffprobe
  if [ -n "${FFPROBE:-}" ] || ! "$built" -version >/dev/null 2>&1; then return; fi
  FFPROBE=$built
  export FFPROBE
}

install_packages
install_tools
install_sandbox
choose_node
choose_ffprobe
PATH=$root/node_modules/.bin:$PATH
export PATH

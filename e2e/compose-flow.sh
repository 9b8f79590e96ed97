#!/usr/bin/env bash
# The containers, end to end: builds and starts docker-compose.yml, goes through the reference's flow with curl,
# scales, kills and restarts containers, and takes everything down again. Its last line counts the steps.
#   COMPOSE="docker compose" PORT=1234 UI_PORT=1235 e2e/compose-flow.sh
# It works on a copy of the repository, so a server that runs from this folder keeps its containers and volumes.
set -uo pipefail

COMPOSE=${COMPOSE:-docker compose}
export PORT=${PORT:-1234} UI_PORT=${UI_PORT:-1235}
unset STRICT_MODE SERVER_IP DNS_NAME CLIENT_CERTIFICATE COMPAT LOG_LEVEL
services=(proxy ingest probe redis)
url=https://localhost:$PORT
ui_url=https://localhost:$UI_PORT
work=$(mktemp -d)
repository=$(cd "$(dirname "$0")/.." && pwd -P)
passed=0
failed=0
device=()
exec 3>&1
source "$repository/e2e/support/flow-steps.sh"

main() {
  mkdir "$work/push-av-server-flow"
  tar -C "$repository" --exclude=node_modules --exclude=.git --exclude=.env -c . | tar -C "$work/push-av-server-flow" -x
  cd "$work/push-av-server-flow" || exit 1
  trap leave EXIT
  trap 'failed=$((failed + 1)); echo "  FAIL  interrupted" >&3; exit 1' INT TERM
  take_down -v >/dev/null 2>&1

  step 'the images are built' $COMPOSE build || return
  step 'the containers start' $COMPOSE up -d || return
  step 'the published port answers /healthz' within 90 answers_unverified || return
  step 'the root certificate is copied out and trusted' copy_root || return
  step 'every container is healthy' within 60 healthy 4
  reference_flow
  pages
  confinement
  scaling
  for service in "${services[@]}"; do
    step "$service is killed, an upload and its probe follow" survives_kill "$service"
    step "$service ends, is started again by itself, an upload and its probe follow" survives_end "$service"
  done
  step 'all that was uploaded before comes back byte for byte' kept first
  step 'the containers are removed' take_down
  step 'the containers start again on the same volumes' start_again
  step 'stream, object and certificates are still there' still_there
}

reference_flow() {
  step 'POST /certs/dev/keypair answers 200' says '"created":true' -X POST "$url/certs/dev/keypair"
  step 'the device pair is copied out' copy_device
  step 'POST /streams makes stream 1' says '"stream_id":1' -X POST "$url/streams"
  step 'ffmpeg makes a small fragmented MP4' make_clip
  step 'an upload is answered 202' upload first
  step 'GET /streams lists the upload' says '"file_path":"first/video.cmfv"' "$url/streams"
  step 'GET /probe tells the codec' within 30 is_probed first
  step 'GET brings the same bytes back' kept first
  step 'a CSR is signed, sent as the reference sends it' sign_csr
}

pages() {
  step 'the port for browsers is published, and named by /about' says "\"ui_port\":$UI_PORT" "$ui_url/about"
  step 'it asks for no client certificate, the port for devices does' only_devices_are_asked
  step 'it shows the list of streams, with every script and style that the page names' page_is_whole
  step 'it reads the streams' says '"file_path":"first/video.cmfv"' "$ui_url/streams"
}

confinement() {
  step 'no container runs as root' nobody_is_root
  step 'only ingest can read the CA keys' keys_are_apart
  step 'the probe reads uploads and nothing else that ingest keeps' uploads_only
  step 'ffprobe runs in a sandbox' in_sandbox
  step 'a probe container without one does not start' no_start_without_sandbox
  step 'proxy and probe can write nothing that lasts' nothing_to_write
  step 'the proxy does not find Redis' finds_not proxy redis:6379
  step 'the probe does not find the proxy' finds_not probe proxy:1234
}

scaling() {
  step 'two more probes are started' scale probe 3
  step 'all six containers are healthy' within 60 healthy 6
  step 'twelve uploads at once are all probed' twelve_uploads at-once
  # The DNS server of podman 4.3 sometimes answers nothing, or the old, for a minute after containers were added.
  case $COMPOSE in docker*) scaling_ingest ;; esac
}

scaling_ingest() {
  step 'two more ingests are started' scale ingest 3
  step 'all eight containers are healthy' within 60 healthy 8
  step 'each has a name, and journals of its own' within 60 three_ingests
  step 'two of them go' scale ingest 1
  step 'it takes over from those that are gone' within 60 took_over
  step 'twelve uploads at once are all probed' twelve_uploads after-scaling
}

step() { # SENTENCE COMMAND…
  local words=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    passed=$((passed + 1))
    echo "  ok    $words (at ${SECONDS}s)"
  else
    failed=$((failed + 1))
    echo "  FAIL  $words (at ${SECONDS}s)"
    tail -n 30 "$work/log" | sed 's/^/        /'
    return 1
  fi
}

# Some podman-compose versions print words of their own before the command's, and lose its exit status.
inside() { $COMPOSE exec -T "$@" 2>&1; }
pem_in() { inside ingest cat "$1" | sed -n 's/.*\(-----BEGIN\)/\1/; /^-----BEGIN/,/^-----END/p'; }
answers_unverified() { curl --silent --insecure --fail --max-time 5 "$url/healthz"; }
ready() { ask --fail "$url/readyz"; }

copy_root() {
  pem_in /data/certs/server/root.pem >"$work/root.pem"
  within 30 ready
}

copy_device() {
  pem_in /data/certs/device/dev.pem >"$work/dev.pem"
  pem_in /data/certs/device/dev.key >"$work/dev.key"
  device=(--cert "$work/dev.pem" --key "$work/dev.key")
  ready
}

make_clip() {
  ffmpeg -v error -f lavfi -i testsrc=size=320x180:rate=15:duration=2 -c:v libx264 -g 15 -pix_fmt yuv420p \
    -movflags +frag_keyframe+empty_moov+default_base_moof -y "$work/clip.mp4"
}

upload() { [ "$(ask -o "$work/receipt" -w '%{http_code}' -T "$work/clip.mp4" "$url/streams/1/$1/video.cmfv")" = 202 ]; }
is_probed() { says '"codec_name":"h264"' "$url/probe/1/$1/video.cmfv"; }
kept() { ask "$url/streams/1/$1/video.cmfv" | cmp - "$work/clip.mp4"; }

asks_for_certificate() { openssl s_client -connect "localhost:$1" </dev/null 2>&1 | grep 'Acceptable client certificate CA names'; }
only_devices_are_asked() { asks_for_certificate "$PORT" && ! asks_for_certificate "$UI_PORT"; }

# As a browser does: no certificate, the page from /, then what it names.
page_is_whole() {
  local path paths
  curl --silent --show-error --fail --location --max-time 30 --cacert "$work/root.pem" "$ui_url/" >"$work/page.html" || return
  paths=$(grep -oE '(src|href)="/[^"]+\.(js|ts|css)"' "$work/page.html" | cut -d '"' -f 2)
  [ "$(wc -l <<<"$paths")" -ge 2 ] || return
  for path in $paths; do
    curl --silent --show-error --fail --max-time 30 --cacert "$work/root.pem" -o /dev/null "$ui_url$path" || return
  done
}

sign_csr() {
  openssl req -new -newkey rsa:2048 -nodes -keyout "$work/client.key" -out "$work/client.csr" -subj /CN=test
  sed '$!G' "$work/client.csr" | paste -sd '\\n' - >"$work/client.curl.csr"
  says /data/certs/device/my-device.pem -X POST "$url/certs/my-device/sign" \
    -d "{\"csr\":\"$(cat "$work/client.curl.csr")\"}" --header 'content-type: application/json' || return
  pem_in /data/certs/device/my-device.pem >"$work/my-device.pem"
  pem_in /data/certs/device/root.pem >"$work/device-root.pem"
  openssl verify -CAfile "$work/device-root.pem" "$work/my-device.pem"
}

nobody_is_root() {
  local service
  for service in "${services[@]}"; do inside "$service" id -u | grep -xE '[1-9][0-9]*' || return; done
}

# Looks for the keys' own text in all of a container that is not a program.
keys_are_apart() {
  local hierarchy service text found holders
  for hierarchy in server device; do
    text=$(pem_in "/data/certs/$hierarchy/root.key" | sed -n 2p)
    [ ${#text} -eq 64 ] || return
    holders=
    for service in "${services[@]}"; do
      found=$(inside "$service" sh -c 'grep -rlsF --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr -e "$0" /; echo searched' "$text")
      grep -x searched <<<"$found" || return
      if grep '^/' <<<"$found"; then holders+=$service; fi
    done
    [ "$holders" = ingest ] || return
  done
}

uploads_only() {
  local found
  found=$(inside probe sh -c 'ls /data/uploads/1 >/dev/null && cat /data/uploads/1/* >/dev/null && echo read uploads
    for d in journals streams staging certs; do ls /data/$d && echo read $d; done')
  grep -x 'read uploads' <<<"$found" && ! grep -E '^read (journals|streams|staging|certs)' <<<"$found"
}

in_sandbox() { $COMPOSE logs probe 2>&1 | grep 'ffprobe confined' | grep -E 'limits and (bare )?sandbox'; }

# With the engine's own seccomp profile, which refuses user namespaces; engines that have none are left out.
no_start_without_sandbox() {
  case $COMPOSE in docker*) ;; *) return 0 ;; esac
  local image said
  image=$(docker inspect -f '{{.Image}}' "$($COMPOSE ps -q probe | head -n 1)")
  said=$(docker run --rm --cap-drop ALL --security-opt no-new-privileges -e WORKING_DIRECTORY=/data "$image" 2>&1) && return 1
  grep 'ffprobe has no sandbox .*PROBE_SANDBOX=required' <<<"$said"
}

nothing_to_write() {
  local service found
  for service in proxy probe; do
    found=$(inside "$service" sh -c 'for d in / /app /data /handover "$HOME"; do touch $d/x && echo wrote $d; done; echo tried')
    grep -x tried <<<"$found" && ! grep '^wrote' <<<"$found" || return
  done
}

finds_not() { # SERVICE HOST:PORT
  inside "$1" node -e 'const [host, port] = process.argv[1].split(":")
    require("net").connect(port, host).on("error", ({ code }) => console.log(code)).on("connect", () => process.exit())' \
    "$2" | grep -xE 'ENOTFOUND|EAI_AGAIN'
}

scale() { # SERVICE COUNT; the probes stay as many as they are
  case $COMPOSE in
    docker*) $COMPOSE up -d --no-recreate --scale probe=3 --scale "$1=$2" ;;
    *) $COMPOSE scale "$1" "$2" ;;
  esac
}

three_ingests() {
  twelve_uploads "with-three-$SECONDS" && inside ingest ls /data/journals/1 | grep -c '^ingest-[123].ndjson' | grep -x 3
}
took_over() { ready && ! inside ingest ls /data/instances | grep -E '^ingest-[23].json'; }

healthy() { [ "$(health_of_all | tee /dev/stderr | grep -c ' healthy$')" = "$1" ]; }
health_of_all() {
  case $COMPOSE in
    docker*) $COMPOSE ps --format '{{.Name}} {{.Health}}' ;;
    *) $COMPOSE health ;;
  esac
}

twelve_uploads() { # NAME
  local i jobs=()
  for i in {1..12}; do
    upload "$1-$i" &
    jobs+=($!)
  done
  for i in "${jobs[@]}"; do wait "$i" || return; done
  for i in {1..12}; do within 30 is_probed "$1-$i" || return; done
}

# An upload is answered while Redis or the probe is away, and probed when they are back.
survives_kill() {
  local name=after-kill-of-$1 away=first
  $COMPOSE stop -t 0 "$1"
  case $1 in redis | probe) away=without-$1 && upload "$away" || return ;; esac
  $COMPOSE start "$1"
  within 60 ready && upload "$name" && within 120 is_probed "$name" && within 120 is_probed "$away"
}

survives_end() {
  local before
  before=$(birth_of "$1")
  inside "$1" sh -c 'kill 1'
  within 60 is_reborn "$1" "$before" && within 60 ready &&
    upload "after-end-of-$1" && within 120 is_probed "after-end-of-$1"
}
birth_of() { inside "$1" cut -d ' ' -f 22 /proc/1/stat | grep -xE '[0-9]+'; }
is_reborn() {
  local now
  now=$(birth_of "$1") && [ "$now" != "$2" ]
}

start_again() { $COMPOSE up -d && within 90 ready && within 60 healthy 4; }
still_there() {
  says '"stream_id":1' "$url/streams" && kept first && within 30 is_probed first &&
    says '"my-device' "$url/certs"
}

# podman-compose itself where the tool around it gives up.
take_down() { $COMPOSE down "$@" || { [[ $COMPOSE != docker* ]] && podman-compose down "$@"; }; }

leave() {
  exec >&3 # an interrupted step's output went to the log
  ((failed == 0)) || for service in "${services[@]}"; do $COMPOSE logs "$service" 2>&1 | tail -n 15; done
  take_down -v >/dev/null 2>&1
  cd / && rm -rf "$work"
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0)) || exit 1
}

main

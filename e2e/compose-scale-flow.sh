#!/usr/bin/env bash
# The containers of docker-compose.scale.yml, end to end: uploads through both proxies, then one ingest is killed and its
# volume removed, and all that was answered 2xx is still there. It works on containers and volumes named push-av-scale,
# removes them before and after, and prints one line for each step.
#   STORE=s3://bucket/empty-prefix?endpoint=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… \
#   COMPOSE="docker compose" ENGINE=docker e2e/compose-scale-flow.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

compose="${COMPOSE:-docker compose} -f docker-compose.scale.yml"
engine=${ENGINE:-docker}
project=push-av-scale
export STORE_PASSPHRASE=${STORE_PASSPHRASE:-a passphrase for this test}
export PORT=${PORT:-1234} PORT_2=${PORT_2:-2234} UI_PORT=${UI_PORT:-1235} UI_PORT_2=${UI_PORT_2:-2235}
urls=("https://localhost:$PORT" "https://localhost:$PORT_2")
uploads=60
work=$(mktemp -d)
device=()
exec 3>&1
source e2e/support/flow-steps.sh

main() {
  trap leave EXIT
  take_down >/dev/null 2>&1
  step 'the containers start' $compose up -d
  step 'both proxies answer /healthz' within 120 both_proxies healthz_unverified
  step 'the root certificate is copied out' copy_out server/root.pem root.pem
  step 'POST /certs/dev/keypair makes a device pair' says '"created":true' -X POST "${urls[0]}/certs/dev/keypair"
  step 'the device pair is copied out' copy_device
  step 'POST /streams makes stream 1' within 30 says '"stream_id":1' -X POST "${urls[0]}/streams"
  step 'ffmpeg makes a small fragmented MP4' make_clip
  step 'an upload through each proxy is answered 202' both_proxies upload_first
  step 'each proxy has what went through the other' both_proxies has_both
  step 'both are probed, by a worker that reads from the store' both_proxies is_probed
  step 'three probe workers are there' within 60 says_three_workers
  step "$uploads uploads, eight at a time, are answered 2xx" upload_many before
  step 'ingest-2 has received some of them' has_received
  step 'ingest-2 is killed, and its volumes removed' lose_ingest
  step 'all of them come back byte for byte, through both proxies' both_proxies all_back before
  step "$uploads more are answered 2xx meanwhile" upload_many without
  step 'ingest-2 starts again, empty' start_empty
  step 'it serves what it never received' serves_others
  step 'all comes back byte for byte' both_proxies all_back before
  step 'also what was uploaded meanwhile' both_proxies all_back without
  step 'every upload is in the list once' listed $((2 * uploads + 2))
  step 'every upload is probed' within 180 no_jobs
}

step() { # SENTENCE COMMAND…: the flow ends with the first step that fails
  local words=$1
  shift
  if "$@" >"$work/log" 2>&1; then echo "  ok    $words (at ${SECONDS}s)"; else
    echo "  FAIL  $words (at ${SECONDS}s)"
    tail -n 30 "$work/log"
    exit 1
  fi
}

both_proxies() { local url; for url in "${urls[@]}"; do "$@" "$url" || return; done; }
healthz_unverified() { curl --silent --insecure --fail --max-time 5 "$1/healthz"; }
container() { $engine ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | head -n 1; }
inside() { $engine exec "$(container "$1")" "${@:2}"; }

copy_out() { inside ingest cat "/data/certs/$1" >"$work/$2"; }
# From whichever ingest: any may have issued it.
copy_device() {
  local file
  for file in dev.pem dev.key; do
    ask --fail -H 'Accept: application/x-pem-file' -o "$work/$file" "${urls[1]}/certs/device/$file" || return
  done
  grep -q 'PRIVATE KEY' "$work/dev.key" &&
    device=(--cert "$work/dev.pem" --key "$work/dev.key")
}
make_clip() {
  ffmpeg -v error -f lavfi -i testsrc=size=160x90:rate=15:duration=1 -c:v libx264 -g 15 -pix_fmt yuv420p \
    -movflags +frag_keyframe+empty_moov+default_base_moof -y "$work/clip.mp4"
}

port_of() { echo "${1##*:}"; }
upload_first() { [ "$(ask -o /dev/null -w '%{http_code}' -T "$work/clip.mp4" "$1/streams/1/first-$(port_of "$1")/video.cmfv")" = 202 ]; }
has_both() { local port; for port in "$PORT" "$PORT_2"; do ask "$1/streams/1/first-$port/video.cmfv" | cmp - "$work/clip.mp4" || return; done; }
is_probed() { within 60 says '"codec_name":"h264"' "$1/probe/1/first-$(port_of "$1")/video.cmfv"; }
says_three_workers() { [ "$(ask "${urls[0]}/readyz" | grep -o '"seen_at"' | wc -l)" = 3 ]; }

# Each body ends with a box of its own, so that no two have the same bytes.
body() { cat "$work/clip.mp4" && printf '\0\0\0\x28free%-32s' "$1"; }
upload_many() { # NAME
  local i first url
  for ((first = 0; first < uploads; first += 8)); do
    for ((i = first; i < first + 8 && i < uploads; i++)); do
      url=${urls[i % 2]}
      body "$1-$i" >"$work/body-$((i - first))"
      ask -o /dev/null -w "%{http_code} $i\n" -T "$work/body-$((i - first))" "$url/streams/1/$1-$i/video.cmfv" &
    done
    wait
  done >"$work/codes"
  cat "$work/codes"
  [ "$(grep -c '^2' "$work/codes")" = "$uploads" ]
}
all_back() { # NAME URL
  local i
  for ((i = 0; i < uploads; i++)); do
    ask --fail "$2/streams/1/$1-$i/video.cmfv" | cmp - <(body "$1-$i") || return
  done
}

has_received() { local count; count=$(inside ingest-2 sh -c 'ls /data/uploads/1 | wc -l') && echo "        $count files" >&3 && ((count > 0)); }
lose_ingest() { $engine rm -f "$(container ingest-2)" && $engine volume rm "${project}_data-2" "${project}_certs-2"; }
start_empty() { $compose up -d ingest-2 && within 60 inside ingest-2 node -e "$ok_if_healthy"; }
ok_if_healthy="fetch('http://127.0.0.1:8081/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"
serves_others() { [ "$(inside ingest-2 sh -c 'ls /data/uploads/1 2>/dev/null | wc -l')" -lt "$uploads" ] && both_proxies all_back before; }
# What holds several segments is in the list whole and in parts; this counts it whole.
listed() { # COUNT
  ask "${urls[1]}/streams" | grep -oE '"file_path":"[a-z]+-[0-9]+/video.cmfv"' | sort | uniq -c >"$work/list"
  cat "$work/list"
  [ "$(wc -l <"$work/list")" = "$1" ] && ! grep -vE '^ +1 ' "$work/list"
}
no_jobs() { ask "${urls[0]}/readyz" | grep -F '"waiting":0,"running":0'; }

take_down() { $compose down -v; }
leave() { if [ -z "${KEEP:-}" ]; then take_down >/dev/null 2>&1; fi; rm -rf "$work"; }

main

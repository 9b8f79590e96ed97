#!/usr/bin/env bash
# The containers of docker-compose.scale.yml, end to end: the reference's flow through both proxies, then cameras push while one
# container after the other is killed, and ingests lose their volumes. All that was answered 2xx is there at the end: byte for byte,
# once, and probed; after a rebuild from the bucket alone also judged in the order in which it was sent. It works on a copy of the
# repository, builds the images, removes containers and volumes named push-av-scale before and after, and prints a line for each step.
#   STORE='s3://bucket/empty-prefix?endpoint=…' AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… \
#   COMPOSE="docker compose" ENGINE=docker e2e/compose-scale-flow.sh
set -uo pipefail

engine=${ENGINE:-docker}
project=push-av-scale
compose="${COMPOSE:-docker compose} -p $project -f docker-compose.scale.yml"
export STORE_PASSPHRASE=${STORE_PASSPHRASE:-a passphrase for this test}
export PORT=${PORT:-1234} PORT_2=${PORT_2:-2234} UI_PORT=${UI_PORT:-1235} UI_PORT_2=${UI_PORT_2:-2235}
urls=("https://localhost:$PORT" "https://localhost:$PORT_2")
cameras=8
work=$(mktemp -d)
repository=$(cd "$(dirname "$0")/.." && pwd -P)
device=()
exec 3>&1
source "$repository/e2e/support/flow-steps.sh"

main() {
  copy_repository || exit 1
  trap leave EXIT
  take_down >/dev/null 2>&1
  step 'the images are built' $compose build
  step 'the containers start' $compose up -d
  step 'the three Redis are one Cluster' within 120 is_cluster
  step 'both proxies answer /healthz' within 120 both_proxies healthz_unverified
  step 'the root certificate is copied out' copy_root
  reference_flow
  step 'three probe workers are there' within 60 says_three_workers
  start_cameras
  step "$cameras cameras push, each to a stream of its own, one upload after the other" within 60 all_push
  for service in ingest-2 ingest-3 ingest; do
    step "$service is killed, and its volumes removed; uploads go on" lose "$service"
    step "$service starts again, empty; uploads go on" replace "$service"
  done
  for service in probe probe-2 proxy-2 redis-2; do
    step "$service is killed; uploads go on" end "$service"
    step "$service starts again; uploads go on" replace "$service"
  done
  step 'the cameras end' stop_cameras
  step 'everything is ready' within 120 is_ready
  step 'every upload is in the list once' within 120 all_listed any
  step 'all come back byte for byte, through both proxies' both_proxies all_back
  step 'every upload is probed' within 600 all_probed
  step 'Redis is emptied and all ingests lose their volumes: the bucket alone is left' lose_all
  step 'everything is ready' within 180 is_ready
  step 'every upload is in the list once, in the order in which it was sent' within 300 all_listed sent
  step 'all come back byte for byte, through both proxies' both_proxies all_back
  step 'every upload is probed' within 600 all_probed
}

reference_flow() {
  step 'POST /certs/dev/keypair makes a device pair' says '"created":true' -X POST "${urls[0]}/certs/dev/keypair"
  step 'the device pair is fetched through the other proxy' copy_device
  step 'a CSR is signed, sent as the harness sends it' sign_csr
  step 'the harness reads both certificates' reads_certificates
  step 'POST /streams makes stream 1' within 30 says '"stream_id":1' -X POST "${urls[0]}/streams?interface=cmaf-ingest"
  step 'a track is named as tests of Matter 1.5 do' says '"expected_track_names"' -X POST "${urls[0]}/streams/1/trackName" \
    --header 'content-type: application/json' -d '{"track_name":"video-720p"}'
  step 'its tracks are named through the other proxy' says '"expected_track_names"' -X POST "${urls[1]}/streams/1/expectedTrackNames" \
    --header 'content-type: application/json' -d '{"expected_track_names":["video-720p","audio-128k"]}'
  step 'ffmpeg pushes live CMAF, one long request for each track' push_live
  step 'GET /streams lists both tracks at each proxy' both_proxies lists_live
  step 'GET of a path gives what was pushed, at each proxy' both_proxies gives_live
  step 'GET /probe tells the codec at each proxy' both_proxies is_probed
  step 'GET /streams/1/report says what was met' both_proxies has_report
}

step() { # SENTENCE COMMAND…: the flow ends with the first step that fails
  local words=$1
  shift
  if "$@" >"$work/log" 2>&1; then echo "  ok    $words (at ${SECONDS}s)"; else
    echo "  FAIL  $words (at ${SECONDS}s)"
    tail -n 30 "$work/log"
    for service in ingest ingest-2 ingest-3; do $engine logs --tail 5 "$(container $service)"; done
    exit 1
  fi
}

# Compose 1.29 knows neither a name nor depends_on in what is extended; processes wait for one another by themselves. Its builder
# runs the stage of ffprobe for each image, without the arguments of the one that needs it.
copy_repository() {
  mkdir "$work/copy" && tar -C "$repository" --exclude=node_modules --exclude=.git --exclude=.env -c . | tar -C "$work/copy" -x || return
  cd "$work/copy" && sed -i '/^name:/d' docker-compose.scale.yml && sed -i '/^    depends_on: \[redis/d' docker-compose.yml &&
    sed -i "s/^ARG FFPROBE_BUILD=.*/ARG FFPROBE_BUILD=${FFPROBE_BUILD:-static}/" Dockerfile
}

both_proxies() { local url; for url in "${urls[@]}"; do "$@" "$url" || return; done; }
healthz_unverified() { curl --silent --insecure --fail --max-time 5 "$1/healthz"; }
container() { $engine ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" | head -n 1; }
inside() { $engine exec "$(container "$1")" "${@:2}"; }
is_cluster() { inside redis redis-cli cluster info | tee /dev/stderr | grep -c -e cluster_state:ok -e cluster_size:3 | grep -x 2; }
is_ready() { ask --fail "${urls[0]}/readyz" && ask --fail "${urls[1]}/readyz"; }
says_three_workers() { [ "$(ask "${urls[0]}/readyz" | grep -o '"seen_at"' | wc -l)" = 3 ]; }

copy_root() { inside ingest cat /data/certs/server/root.pem >"$work/root.pem"; }
# From whichever ingest: any may have issued it.
copy_device() {
  local file
  for file in dev.pem dev.key; do
    ask --fail -H 'Accept: application/x-pem-file' -o "$work/$file" "${urls[1]}/certs/device/$file" || return
  done
  grep -q 'PRIVATE KEY' "$work/dev.key" &&
    device=(--cert "$work/dev.pem" --key "$work/dev.key")
}
sign_csr() {
  openssl req -new -newkey rsa:2048 -nodes -keyout "$work/client.key" -out "$work/client.csr" -subj /CN=test
  sed '$!G' "$work/client.csr" | paste -sd '\\n' - >"$work/client.curl.csr"
  says my-device.pem -X POST "${urls[0]}/certs/my-device/sign" \
    -d "{\"csr\":\"$(cat "$work/client.curl.csr")\"}" --header 'content-type: application/json' || return
  within 30 fetch_signed
}
fetch_signed() {
  ask --fail -H 'Accept: application/x-pem-file' -o "$work/my-device.pem" "${urls[1]}/certs/device/my-device.pem" &&
    ask --fail -H 'Accept: application/x-pem-file' -o "$work/device-root.pem" "${urls[0]}/certs/device/root.pem" &&
    openssl verify -CAfile "$work/device-root.pem" "$work/my-device.pem"
}

reads_certificates() {
  says '"public_cert"' "${urls[1]}/certs/server/root.pem" && says '"public_cert"' "${urls[0]}/certs/device/my-device.pem"
}

live=cmaf/example/video-720p.cmfv
push_live() {
  PUBLISHING_ENDPOINT=${urls[1]}/streams/1 ./generate_cmaf_content.sh --cacert "$work/root.pem" --cert "$work/dev.pem" --key "$work/dev.key" --seconds 4
}
lists_live() { within 30 says "\"file_path\":\"$live\"" "$1/streams" && says '"file_path":"cmaf/example/audio-128k.cmfa"' "$1/streams"; }
gives_live() { ask --fail -o "$work/live.mp4" "$1/streams/1/$live" && ffprobe -v error -show_entries stream=codec_name "$work/live.mp4" | grep -x codec_name=h264; }
is_probed() { within 60 says '"codec_name":"h264"' "$1/probe/1/$live"; }
has_report() { says '"rules"' "$1/streams/1/report"; }

make_clip() {
  ffmpeg -nostdin -v error -f lavfi -i testsrc=size=160x90:rate=15:duration=1 -c:v libx264 -g 15 -pix_fmt yuv420p \
    -movflags +frag_keyframe+empty_moov+default_base_moof -y "$work/clip.mp4"
}
# Each ends with a box of its own, so that no two have the same bytes.
body() { cat "$work/clip.mp4" && printf '\0\0\0\x28free%-32s' "$1"; }

# What is answered 2xx goes to `stored-<camera>`: number and upload id, in the order in which it was sent.
camera() { # CAMERA STREAM
  local number code
  for ((number = 0; ; number++)); do
    body "$1-$number" >"$work/body-$1"
    until
      [ -e "$work/is-over" ] && return
      code=$(ask -o "$work/receipt-$1" -w '%{http_code}' -T "$work/body-$1" "${urls[RANDOM % 2]}/streams/$2/v/$number.mp4") && [[ $code = 2* ]]
    do
      echo "$code" >>"$work/refused"
      sleep 0.2
    done
    echo "$number $(grep -oE '"upload_id":"[0-9a-f-]+"' "$work/receipt-$1" | cut -d '"' -f 4)" >>"$work/stored-$1"
    sleep 0.3
  done
}
start_cameras() {
  local at id
  make_clip
  for ((at = 1; at <= cameras; at++)); do
    id=$(ask -X POST "${urls[at % 2]}/streams" | grep -oE '"stream_id":[0-9]+' | cut -d : -f 2)
    echo "$id" >"$work/stream-$at"
    camera "$at" "$id" &
  done
}
stored() { cat "$work"/stored-* 2>/dev/null | wc -l; }
all_push() { local at; for ((at = 1; at <= cameras; at++)); do [ -s "$work/stored-$at" ] || return; done; }
stop_cameras() {
  touch "$work/is-over" && wait
  echo "        $(stored) uploads answered 2xx, $(cat "$work/refused" 2>/dev/null | wc -l) attempts refused or broken off" >&3
}

# Each camera gets on.
go_on() {
  local before at
  for ((at = 1; at <= cameras; at++)); do
    before=$(wc -l <"$work/stored-$at")
    within 60 has_more "$at" "$before" || return
  done
}
has_more() { (($(wc -l <"$work/stored-$1") > $2)); }

end() { kill_container "$(container "$1")" && go_on; }
# An engine on a busy machine may miss that a container has ended, and say that it could not kill it.
kill_container() { $engine kill "$1" || within 30 is_stopped "$1"; }
is_stopped() { [ "$($engine inspect -f '{{.State.Running}}' "$1")" = false ]; }
lose() { remove_all_of "$1" && go_on; }
replace() { $compose up -d --no-recreate "$1" && go_on; }
lose_all() {
  local service
  for service in ingest ingest-2 ingest-3; do remove_all_of $service || return; done
  for service in redis redis-2 redis-3; do inside $service redis-cli flushall || return; done
  $compose up -d --no-recreate
}
remove_all_of() { # INGEST
  local id volumes
  id=$(container "$1")
  kill_container "$id"
  # The handover file belongs to the proxy as well.
  volumes=$($engine inspect -f '{{range .Mounts}}{{.Name}} {{end}}' "$id" | tr ' ' '\n' | grep -E '_(data|certs)')
  $engine rm -f "$id" && $engine volume rm $volumes
}

# Pages of up to 500, in the order of their verdicts: id and probe.
list() { # CAMERA
  local from page stream
  stream=$(cat "$work/stream-$1")
  for ((from = 0; ; from += 500)); do
    page=$(ask --fail "${urls[from / 500 % 2]}/streams/$stream/uploads?limit=500&from=$from") || return
    inside_node 'for (const { id, probe } of JSON.parse(text).uploads) console.log(id, probe)' <<<"$page" >"$work/page" || return
    cat "$work/page"
    (($(wc -l <"$work/page") == 500)) || return 0
  done
}
inside_node() { $engine exec -i "$(container ingest)" node -e "let text = ''; process.stdin.on('data', (some) => { text += some }).on('end', () => { $1 })"; }
# While Redis or an ingest is away, another ingest may judge an upload before one that was sent earlier; a rebuild does not.
all_listed() { # any | sent: in which order
  local at
  for ((at = 1; at <= cameras; at++)); do
    list "$at" | cut -d ' ' -f 1 >"$work/listed" || return
    [ -z "$(sort "$work/listed" | uniq -d)" ] || return
    # Attempts that broke off may have been stored, too.
    cut -d ' ' -f 2 "$work/stored-$at" >"$work/sent"
    grep -Fx -f "$work/sent" "$work/listed" >"$work/there"
    cmp "$work/there" "$work/sent" || { [ "$1" = any ] && cmp <(sort "$work/there") <(sort "$work/sent"); } || return
  done
}
all_probed() {
  local at
  for ((at = 1; at <= cameras; at++)); do
    list "$at" | cut -d ' ' -f 2 >"$work/probes" && [ -s "$work/probes" ] || return
    sort "$work/probes" | uniq -c
    # Bodies that were cut off have none.
    ! grep -vxE 'done|null' "$work/probes" || return
  done
}
all_back() { # URL
  local at number id stream
  for ((at = 1; at <= cameras; at++)); do
    stream=$(cat "$work/stream-$at")
    rm -rf "$work/back" && mkdir -p "$work/back/is" "$work/back/was"
    while read -r number id; do
      body "$at-$number" >"$work/back/was/$number"
      printf 'url = "%s"\noutput = "%s"\n' "$1/uploads/$stream/$id" "$work/back/is/$number"
    done <"$work/stored-$at" >"$work/back/urls"
    ask --fail --config "$work/back/urls" && diff -rq "$work/back/was" "$work/back/is" || return
  done
}

take_down() { $compose down -v; }
leave() {
  touch "$work/is-over"
  wait
  if [ -z "${KEEP:-}" ]; then take_down >/dev/null 2>&1; fi
  cd / && rm -rf "$work"
}

main

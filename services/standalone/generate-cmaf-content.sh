#!/bin/sh
# Pushes a live test picture and tone as CMAF, one long chunked PUT per track, as a camera would.
set -u

usage() {
  cat <<'USAGE'
Usage: PUBLISHING_ENDPOINT=https://localhost:1234/streams/1 \
  generate-cmaf-content.sh [--cacert root.pem --cert dev.pem --key dev.key] [--seconds N]

  --cacert FILE   root certificate of the server (~/.pavstest/certs/server/root.pem)
  --cert FILE     certificate of the device (~/.pavstest/certs/device/dev.pem)
  --key FILE      its private key (~/.pavstest/certs/device/dev.key)
  --seconds N     how long to push (10)

Ends with 0 when the server has both tracks whole, with 1 when an upload failed, with 2 when called wrongly.
USAGE
}

refuse() { printf '%s\n' "generate-cmaf-content.sh: $*; see --help" >&2; exit 2; }
fail() { printf '%s\n' "generate-cmaf-content.sh: $*" >&2; exit 1; }

certificates=${HOME:-}/.pavstest/certs
cacert=$certificates/server/root.pem cert=$certificates/device/dev.pem key=$certificates/device/dev.key seconds=10
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --cacert | --cert | --key | --seconds) ;;
    *) refuse "unknown flag $1" ;;
  esac
  [ $# -gt 1 ] && [ -n "$2" ] || refuse "$1 needs a value"
  case $1 in
    --cacert) cacert=$2 ;;
    --cert) cert=$2 ;;
    --key) key=$2 ;;
    --seconds) seconds=$2 ;;
  esac
  shift 2
done

[ -n "${PUBLISHING_ENDPOINT:-}" ] || refuse 'PUBLISHING_ENDPOINT is not set'
case $PUBLISHING_ENDPOINT in https://*) ;; *) refuse 'PUBLISHING_ENDPOINT must start with https://' ;; esac
case $seconds in *[!0-9]* | 0*) refuse '--seconds must be a whole number from 1' ;; esac
for file in "$cacert" "$cert" "$key"; do [ -r "$file" ] || refuse "cannot read $file"; done
command -v ffmpeg >/dev/null 2>&1 || fail 'ffmpeg is missing: install it (apt-get install ffmpeg, brew install ffmpeg)'
command -v curl >/dev/null 2>&1 || fail 'curl is missing: it checks what arrived'

folder=${PUBLISHING_ENDPOINT%/}/cmaf/example
video=$folder/video-720p.cmfv
audio=$folder/audio-128k.cmfa

# The entity tag of what the server has whole at an address; nothing when it has nothing.
tag_of() {
  curl -sS --fail --head --cacert "$cacert" --cert "$cert" --key "$key" "$1" 2>/dev/null | tr -d '\r' |
    sed -n 's/^[Ee][Tt]ag: //p'
}

# ffmpeg never reads the response, and without Expect: 100-continue it truncates the request. Without TCP_NODELAY the
# last bytes may still wait when ffmpeg closes the connection.
push() {
  ffmpeg -nostdin -hide_banner -loglevel error -xerror \
    -re -f lavfi -i testsrc2=size=1280x720:rate=30 -re -f lavfi -i sine=frequency=440:sample_rate=48000 \
    -map 0:v -t "$seconds" -pix_fmt yuv420p -c:v libx264 -preset veryfast -tune zerolatency \
    -g 60 -keyint_min 60 -sc_threshold 0 -b:v 2M "$@" -movflags "+frag_keyframe+$movflags" "$video" \
    -map 1:a -t "$seconds" -c:a aac -b:a 128k "$@" -content_type audio/mp4 -frag_duration 2000000 -movflags "+$movflags" "$audio"
}
movflags=cmaf+delay_moov+skip_sidx+skip_trailer

video_before=$(tag_of "$video")
audio_before=$(tag_of "$audio")
printf '%s\n' "pushing $seconds s of video and audio to $folder" >&2
push -f mp4 -use_editlist 0 -method PUT -content_type video/mp4 -send_expect_100 1 -tcp_nodelay 1 \
  -ca_file "$cacert" -cert_file "$cert" -key_file "$key" -tls_verify 1 || fail 'the upload failed; ffmpeg says why above'

# ffmpeg exits as soon as its last byte is sent, which may be before the server has stored it.
arrived() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    now=$(tag_of "$1")
    [ -z "$now" ] || [ "$now" = "$2" ] || return 0
    sleep 1
  done
  fail "the server does not have $1 whole"
}
arrived "$video" "$video_before"
arrived "$audio" "$audio_before"
printf '%s\n' 'the server has both tracks whole' >&2

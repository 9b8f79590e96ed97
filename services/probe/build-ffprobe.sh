#!/bin/sh
# Builds a small static ffprobe from the distribution's own, patched source package (Debian and its kin).
# Usage: build-ffprobe.sh [TARGET]; the default target is where standalone looks for it. Touches nothing else.
#        build-ffprobe.sh --missing prints what is missing for a build that reads AV1 like the distribution's ffprobe.
# Needs apt-get, dpkg-dev, gcc, make, libc6-dev and, for AV1, pkg-config and libaom-dev; with nasm it decodes faster.
# FFPROBE_SOURCE says where the source package comes from: a folder with its files; lists, if the machine's own package
# lists name it (deb-src); download (the default), which fetches such lists from the machine's package sources.
# This ffprobe reads ISO media files and MPEG-TS, from files only; everything else that ffprobe can do is left out.
set -eu
source=${FFPROBE_SOURCE:-download}
has() { command -v "$1" >/dev/null 2>&1; }

missing() {
  has apt-get && has dpkg-source || echo dpkg-dev
  for tool in gcc make pkg-config; do has "$tool" || echo "$tool"; done
  pkg-config --exists aom 2>/dev/null || echo libaom-dev
  case $source in
    download) ;;
    lists) apt-get source --print-uris ffmpeg >/dev/null 2>&1 || echo 'the source package (deb-src)' ;;
    *) ls "$source"/ffmpeg_*.dsc >/dev/null 2>&1 || echo "ffmpeg_*.dsc in $source" ;;
  esac
}

if [ "${1:-}" = --missing ]; then
  missing
  exit
fi

wanted=${1:-$(dirname "$0")/build/ffprobe}
case $source in download | lists) ;; *) source=$(cd "$source" && pwd -P) ;; esac
mkdir -p "$(dirname "$wanted")"
target=$(cd "$(dirname "$wanted")" && pwd -P)/$(basename "$wanted")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

say() { echo "build-ffprobe: $*" >&2; }

get_source() {
  case $source in
    download) download ;;
    lists) apt-get -q source ffmpeg >&2 ;;
    *) dpkg-source -x "$source"/ffmpeg_*.dsc >&2 ;;
  esac
}

# Downloads from the machine's own package sources. The machine's package lists stay as they are.
download() {
  mkdir parts lists lists/partial
  for list in /etc/apt/sources.list.d/*.sources; do
    if grep -qs '^Signed-By:.*debian\|^Signed-By:.*ubuntu' "$list"; then
      sed 's/^Types:.*/Types: deb-src/' "$list" >"parts/$(basename "$list")"
    fi
  done
  sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >parts/plain.list 2>/dev/null || true
  apt() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" \
      -o Dir::State::lists="$work/lists" -o APT::Sandbox::User=root "$@"
  }
  apt update >&2
  apt source ffmpeg >&2
}

list() { echo "$*" | tr ' ' ','; }

demuxers=$(list mov mpegts)
protocols=$(list file concat)
video='h264 hevc vp8 vp9 mpeg1video mpeg2video mpeg4 h263 mjpeg'
audio='aac aac_latm mp1float mp2float mp3float ac3 eac3 opus flac alac vorbis dca truehd mlp amrnb amrwb'
pcm='pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_s8 pcm_u8 pcm_alaw pcm_mulaw'
text='movtext ccaption webvtt dvbsub'
parsers='h264 hevc av1 vp8 vp9 mpegvideo mpeg4video h263 mjpeg aac aac_latm mpegaudio ac3 opus flac vorbis dca mlp dvbsub'

# ffmpeg itself cannot decode AV1. Of the libraries that can, Debian has libaom as a static library.
av1() {
  if pkg-config --exists aom 2>/dev/null; then echo '--enable-libaom --enable-decoder=libaom_av1 --pkg-config-flags=--static'
  else say 'without libaom-dev, little is said of AV1'; fi
}

# nasm assembles for x86 only; for other processors ffmpeg uses the compiler's own assembler.
simd() { has nasm || echo --disable-x86asm; }

configure() {
  ./configure --disable-everything --disable-autodetect --disable-doc --disable-network --disable-programs \
    --enable-ffprobe --disable-avdevice --disable-avfilter --disable-swscale --enable-swresample \
    $(simd) --disable-debug --enable-static --disable-shared \
    --enable-demuxer="$demuxers" --enable-protocol="$protocols" --enable-parser="$(list $parsers)" \
    --enable-decoder="$(list $video $audio $pcm $text)" --enable-bsf=extract_extradata \
    --extra-version="$(dpkg-parsechangelog -S Version | sed 's/^[^-]*-//')" \
    --extra-cflags='-fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wformat' \
    --extra-ldflags='-static-pie -Wl,-z,relro,-z,now' $(av1)
}

say "getting the source ($source)"
get_source
cd ffmpeg-*/
say 'configuring'
configure >&2
say 'compiling'
make -j"$(nproc)" ffprobe >&2
"./ffprobe" -version >/dev/null
install -m 0755 ffprobe "$target"

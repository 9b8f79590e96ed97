# What the flows through containers have in common; to be read by `source`. They set `work`, a folder with the server's
# root.pem, and `device`, what curl is told of a client certificate.

within() { # SECONDS COMMAND…: repeats the command until it succeeds; PATIENCE makes the time so many times longer, for a busy machine
  local until=$((SECONDS + $1 * ${PATIENCE:-1}))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.3
  done
}

ask() { curl --silent --show-error --max-time 30 --cacert "$work/root.pem" "${device[@]}" "$@"; }
says() { ask "${@:2}" | grep -F -- "$1"; }

# Sourced by install.sh: allows one installation at a time in one checkout. Needs $root (the repository), has() and
# say(). The lock of flock ends with the last process that holds it, npm included. Without flock (macOS) the lock is a
# symbolic link to the process id of its holder; a link whose process is gone does not count.

lock_file=$root/.install.lock

lock_install() {
  if [ ! -w "$root" ]; then return; fi
  if has flock; then
    exec 9>"$lock_file"
    flock -n 9 && return
    say_waiting
    flock 9
  else
    trap unlock_install EXIT
    until ln -s "$$" "$lock_file.pid" 2>/dev/null; do
      holder=$(readlink "$lock_file.pid") || continue
      if ps -p "$holder" >/dev/null 2>&1; then
        [ -n "${waiting:-}" ] || say_waiting
        waiting=1
        sleep 1
      else
        remove_stale_link "$holder"
      fi
    done
  fi
}

say_waiting() { say 'another start installs packages here; waiting until it is done'; }

# Renames the link before removing it, so that only one of several processes that find it stale succeeds. Puts a link
# back that a new holder has made since.
remove_stale_link() {
  mv "$lock_file.pid" "$lock_file.stale.$$" 2>/dev/null || return 0
  [ "$(readlink "$lock_file.stale.$$")" = "$1" ] || ln -s "$(readlink "$lock_file.stale.$$")" "$lock_file.pid"
  rm -f "$lock_file.stale.$$"
}

unlock_install() {
  if has flock; then exec 9>&-
  elif [ "$(readlink "$lock_file.pid" 2>/dev/null)" = "$$" ]; then rm -f "$lock_file.pid"; fi
}

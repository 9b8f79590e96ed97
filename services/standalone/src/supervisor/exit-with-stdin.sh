#!/bin/sh
# Runs a command and kills it when standard input ends. The process that started this script holds the other end of
# that pipe, and the kernel closes it however that process dies, so the command never outlives it.
exec 3<&0
"$@" 3<&- </dev/null &
command=$!
(
  read -r _ <&3
  kill "$command"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$command"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"

#!/bin/sh
# Runs a command and ends it when standard input ends. Whoever started us holds the other end of that pipe,
# and the kernel closes it however they die, so the command never outlives them.
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

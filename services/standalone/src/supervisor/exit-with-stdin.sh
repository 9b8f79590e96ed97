#!/bin/sh
# Runs a command and kills it when standard input ends. Standard input is a pipe from the process that started this
# script. The kernel closes the pipe however that process ends, so the command never outlives that process.
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

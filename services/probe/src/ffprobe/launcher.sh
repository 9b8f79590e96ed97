# Runs one command after another, started ahead so that none waits for a fork of the worker.
# Three lines each: the mark to end both outputs with, the folder, the command with all its words quoted.
# A command gets neither these lines nor any open file but its outputs; the shell's own words go nowhere.
exec 3>&2 2>/dev/null
while IFS= read -r mark && IFS= read -r folder && IFS= read -r command; do
  (cd "$folder" && eval "exec $command") </dev/null 2>&3 3>&-
  code=$?
  printf '%s%03d\n' "$mark" "$code"
  printf '%s%03d\n' "$mark" "$code" >&3
done

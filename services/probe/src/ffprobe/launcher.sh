# Runs one command after another. The worker starts it ahead of the commands, so that no command waits for a fork.
# Reads three lines for each: the marker that ends both outputs, the directory, the command with its words quoted.
# A command inherits no input and no open file but its outputs; the shell's own messages are dropped.
exec 3>&2 2>/dev/null
while IFS= read -r marker && IFS= read -r directory && IFS= read -r command; do
  (cd "$directory" && eval "exec $command") </dev/null 2>&3 3>&-
  code=$?
  printf '%s%03d\n' "$marker" "$code"
  printf '%s%03d\n' "$marker" "$code" >&3
done

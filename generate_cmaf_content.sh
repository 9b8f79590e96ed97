#!/bin/sh
# Pushes a test picture and a tone to $PUBLISHING_ENDPOINT; --help names its flags.
exec "$(dirname "$0")/services/standalone/generate-cmaf-content.sh" "$@"

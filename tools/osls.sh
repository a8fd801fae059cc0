#!/bin/sh
# Runs osls (`sh tools/osls.sh node_modules/.bin/osls package`) with REGLITE_INVENTORY escaped: it would
# fill in ${ssm:NAME} itself, and the secret would stand in the template and in every function.
set -eu
if [ -n "${REGLITE_INVENTORY:-}" ]; then
    REGLITE_INVENTORY=$(printf '%s\n' "$REGLITE_INVENTORY" |
        sed -E 's/\$\{(ssm|secretsmanager):/\\&/g')
    export REGLITE_INVENTORY
fi
exec "$@"

#!/bin/sh
# Creates the virtual environment in $1 with the newest Python >= 3.11 that is here; on Debian and
# Ubuntu it installs python3-venv first where that is missing.
set -eu
venv=$1

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "RegLite needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3" >&2
    exit 1
}

python=$(find_python)
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    sh "$(dirname "$0")/install-packages.sh" python3-venv
fi
"$python" -m venv "$venv"

#!/bin/sh
# Installs what the tests use beside Python packages: a real registry, a real browser, Node.js, nginx.
# Where that can't be done the tests that need it are skipped, but in CI (CI=true) they fail.
set -eu

missing=
command -v docker-registry >/dev/null || missing="$missing docker-registry"
command -v chromium >/dev/null || missing="$missing chromium"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -n "$missing" ] || exit 0

echo "Installing:$missing"
# shellcheck disable=SC2086  # a list of package names
if ! sh "$(dirname "$0")/install-packages.sh" $missing; then
    [ "${CI:-}" = true ] && exit 1
    echo "Going on without:$missing; the tests that need them will be skipped" >&2
fi

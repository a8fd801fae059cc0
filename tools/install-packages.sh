#!/bin/sh
# Installs Debian packages by name through apt, as root or with sudo; their services stay off.
set -eu

if ! command -v apt-get >/dev/null; then
    echo "No apt-get here; please install by other means: $*" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo; please install by other means: $*" >&2
        exit 1
    fi
    as_root=sudo
fi
$as_root apt-get update -qq
# RUNLEVEL=1 keeps maintainer scripts from starting services that nobody asked for.
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null

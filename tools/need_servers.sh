#!/bin/sh
# Make sure that the real servers which stand before us in production are here: tests put them before the service.
set -eu
cd "$(dirname "$0")/.."
. tools/system_packages.sh

missing=""
command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
command -v caddy >/dev/null 2>&1 || missing="$missing caddy"
command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 - a list of words
    install_packages $missing || true
fi
for name in nginx caddy pgbouncer systemd-analyze; do
    if ! command -v "$name" >/dev/null 2>&1; then
        echo "The tests need $name. On Debian run: sudo apt-get install nginx-light caddy pgbouncer systemd" >&2
        exit 1
    fi
done

#!/bin/sh
# Make sure that Chromium and a Chinese typeface are here: the browser tests look at real pages.
set -eu
cd "$(dirname "$0")/.."
. tools/system_packages.sh

has_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; }
has_typeface() { command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh-cn family | grep -q .; }

missing=""
has_browser || missing="$missing chromium"
has_typeface || missing="$missing fontconfig fonts-noto-cjk"
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 - a list of words
    install_packages $missing || true
fi
if ! has_browser || ! has_typeface; then
    echo "The browser tests need Chromium and a Chinese typeface. On Debian run: sudo apt-get install chromium fonts-noto-cjk" >&2
    exit 1
fi

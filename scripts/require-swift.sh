#!/usr/bin/env bash
# Stops with one line when there is no Swift 6.2 or newer.
set -euo pipefail
if ! command -v swift >/dev/null; then
    echo "Swift 6.2 or newer is needed and no 'swift' is on the PATH: install the toolchain from swift.org, then run make again." >&2
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)
read -r major minor <<<"${version:-0 0}"
if ((major < 6 || (major == 6 && minor < 2))); then
    echo "Swift 6.2 or newer is needed, found ${major}.${minor}: install a newer toolchain from swift.org, then run make again." >&2
    exit 1
fi

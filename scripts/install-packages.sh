#!/usr/bin/env bash
# Installs the named Debian packages that are missing, with sudo when not root, and says in one line which they are before it
# does. Starts no service.
set -euo pipefail
missing=()
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]})) || exit 0
if ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]}. This is no Debian; install their equals by hand, then run make again." >&2
    exit 1
fi
as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "missing: ${missing[*]}. Run as root: apt-get install ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "these Debian packages are missing and are installed now${as_root:+, by sudo}: ${missing[*]}"
policy=/usr/sbin/policy-rc.d
created=
if [[ ! -e $policy ]]; then
    # The tests start these servers themselves, on loopback; nothing is to listen after the installation.
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
    created=1
fi
trap '[[ -z $created ]] || "${as_root[@]}" rm -f "$policy"' EXIT
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

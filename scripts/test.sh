#!/usr/bin/env bash
# Runs every test target in a process of its own: the tests start real servers, and all targets at once would starve each
# other of threads and time. Ends with the targets that failed.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
failed=()
for folder in Tests/*Tests; do
    target=$(basename "$folder")
    printf '\n== %s\n' "$target"
    swift test --skip-build --filter "^${target}\\." 2>&1 | { grep -vE '^(◇|✔ Test "|✔ Suite|􀟈|\[[0-9]+/[0-9]+\])' || true; } || failed+=("$target")
done
if ((${#failed[@]})); then
    printf '\nfailed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '\nall test targets passed\n'

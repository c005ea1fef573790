#!/usr/bin/env bash
# Runs every test target but SoakTests, or those named, each in a process of its own: the tests start real servers, and all
# targets at once would starve each other of threads and time. Ends with the targets that failed and a line of counts.
set -euo pipefail
cd "$(dirname "$0")/.."
# A scene opens many files, and Foundation's Process crashes with many of them open.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6
# The one build of everything, programs and benchmarks included; it fails on imports that Package.swift does not list. Flags
# and environment are the same in all calls, or the next one would plan the build anew.
flags=(--explicit-target-dependency-import-check error)
swift build --build-tests "${flags[@]}"
log=$(mktemp)
faults=$(mktemp)
trap 'rm -f "$log" "$faults"' EXIT
targets=()
passed=0
failed=0
if (($# == 0)); then
    for folder in Tests/*Tests; do
        [[ $folder == */SoakTests ]] || set -- "$@" "$(basename "$folder")"
    done
fi
# Tests that measure their own process, or one that it starts, want it to themselves: the peak memory of a process that is
# started counts what its starter had.
alone='(HostileAPIServerTests|WorkerLeakTests)/'
parts=()
for target; do
    parts+=("$target")
    [[ $target != SoakTests ]] || parts+=("$target alone")
done
for part in "${parts[@]}"; do
    target=${part% alone}
    printf '\n== %s\n' "$part"
    status=0
    choice=(--filter "^${target}\\.")
    [[ $target != SoakTests ]] || choice+=(--skip "$alone")
    [[ $part != *alone ]] || choice=(--filter "^${target}\\.$alone")
    order=--parallel
    # These count connections and use ports that have just been closed, or promise how soon something happens on a machine
    # that has nothing else to do: one test at a time.
    [[ $target != KubeClientTests && $target != HTTPWireTests && $target != SoakTests ]] || order=--no-parallel
    swift test --skip-build "${flags[@]}" "$order" "${choice[@]}" >"$log" 2>&1 || status=$?
    grep -vE '^(◇|✔ (Test|Suite)|\[[0-9]+/[0-9]+\])|Test run with|^(Test Suite|Executed|.* Executed 0 tests)' "$log" || true
    # Their time is short: who takes how much of it?
    [[ $target != SoakTests ]] || grep -E '^(✔|✘) Test .* after [0-9.]+ seconds' "$log" | grep -v 'Test run with' || true
    grep -E '^✘ Test ' "$log" | grep -v 'Test run with' | cut -c1-2000 >>"$faults" || true
    grep -E '^(✔|✘|━) Test run with' "$log" || { echo "$part ended without a result (status $status)" && status=1; }
    total=$(sed -nE 's/^. Test run with ([0-9]+) tests?.*/\1/p' "$log" | tail -n 1)
    broken=$(grep -E '^✘ Test .* failed after' "$log" | grep -vc 'Test run with' || true)
    ((status == 0)) || { targets+=("$part") && broken=$((broken > 0 ? broken : 1)); }
    passed=$((passed + ${total:-0} - (${total:-0} > broken ? broken : ${total:-0})))
    failed=$((failed + broken))
done
# Said once more at the end: the part before may be long, and a log may be cut.
((${#targets[@]} == 0)) || { printf '\nfailed: %s\n' "${targets[*]}" && cat "$faults"; } >&2
printf '\n%d passed, %d failed\n' "$passed" "$failed"
((${#targets[@]} == 0))

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every reader of outside text (Fuzz/) and prints a line for each: executions, coverage, peak memory, result.
#
#   scripts/fuzz.sh [SECONDS [TARGET…]]     SECONDS for each target, 10 when not given; JOBS=2 runs two at a time
#
# Starts from Fuzz/Corpus and keeps what it learns in Fuzz/.build/corpus. A find is made small and left in
# Fuzz/.build/finds; the exit status is 1 then. Turn it into a test, mend it, and put it into Fuzz/Corpus.
set -euo pipefail
cd "$(dirname "$0")/.."

all=(yaml render json kubeconfig project address version knownHosts privateKey fields quantity inventory watch answer
    discovery http query redactor image registry rollout)
state=Fuzz/.build
program=$state/release/sternpost-fuzz

build() {
    local runtime
    runtime=$(compgen -G "$(dirname "$(readlink -f "$(command -v swiftc)")")/../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a" | head -1)
    [[ -n $runtime ]] || { echo "this Swift toolchain comes without libFuzzer" >&2; return 1; }
    # In a folder of its own: in this build everything is instrumented.
    STERNPOST_FUZZ=1 swift build --scratch-path "$state" -c release --product sternpost-fuzz -Xlinker "$runtime" >"$1" 2>&1 ||
        { tail -20 "$1" >&2; return 1; }
}

# Longest input of a target in bytes: long enough for its limits, short enough to be fast.
length() {
    case $1 in
    yaml | render | json | answer | fields) echo 8192 ;;
    http) echo 300000 ;;
    address | query | quantity | image) echo 512 ;;
    *) echo 4096 ;;
    esac
}

# Runs one target and prints its line; 1 when it found something.
fuzz() {
    local seconds=$1 target=$2 log=$state/finds/$2.log status=0 result="nothing found"
    mkdir -p "$state/corpus/$target" "$state/finds"
    local dictionary=() kind=json
    [[ $target =~ ^(yaml|render|kubeconfig|project)$ ]] && kind=yaml
    [[ $target =~ ^(yaml|render|kubeconfig|project|json|fields|inventory|watch|answer|discovery|registry|rollout)$ ]] &&
        dictionary=("-dict=Fuzz/Dictionaries/$kind.dict")
    STERNPOST_FUZZ_TARGET=$target ASAN_OPTIONS=quarantine_size_mb=8 \
        "$program" "$state/corpus/$target" "Fuzz/Corpus/$target" "${dictionary[@]}" -max_total_time="$seconds" \
        -max_len="$(length "$target")" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -print_final_stats=1 \
        -reload=0 -artifact_prefix="$state/finds/$target-" >"$log" 2>&1 || status=1
    if ((status)); then
        local find
        find=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
        [[ $find == *crash-* ]] && smaller "$target" "$find"
        result="FOUND ${find:-nothing to keep, see $log}"
    fi
    printf '%-11s %10s executions  %5s edges  %4s MB  %s\n' "$target" \
        "$(sed -n 's/.*number_of_executed_units: *//p' "$log")" "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)" \
        "$(sed -n 's/.*peak_rss_mb: *//p' "$log")" "$result"
    return $status
}

# Makes the input of a crash as small as it gets within half a minute.
smaller() {
    # The minimiser does not always keep to its own time.
    STERNPOST_FUZZ_TARGET=$1 timeout --kill-after=5 60 "$program" -minimize_crash=1 -max_total_time=30 -exact_artifact_path="$2.min" "$2" \
        >"$2.log" 2>&1 || true
}

seconds=${1:-10}
shift || true
targets=("$@")
((${#targets[@]})) || targets=("${all[@]}")
mkdir -p "$state/finds"
build "$state/finds/build.log"
export -f fuzz length smaller
export state program
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-1}" -I{} bash -c "fuzz $seconds {}"

#!/usr/bin/env bash
# Writes docs/faults.md, the catalogue of faults: each row with its tests. A row's test has a raw-identifier name that
# begins with the row: `A17: a webhook …`; a test of several rows names them all: `A32, A33: …`.
# --check writes nothing, and fails when a required row has no test, a name cannot be read, or the page is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
page=docs/faults.md
required="$(printf 'A%d ' {1..6} {9..12} 14 15 {17..41} 43 44)$(printf 'G%d ' {1..19})$(printf 'Y%d ' {1..27})$(
    printf 'P%d ' 1 {3..8} 10 11 13)$(printf 'R%d ' {1..10} {12..15})"

# One line a test: FILE:LINE:NAME. Only functions with a raw-identifier name that looks like a row's.
names() {
    { grep -rnoE 'func `[AGYPR][0-9]{1,2}[:,` ][^`]*`' Tests --include='*.swift' || true; } |
        sed -E 's/^([^:]*:[0-9]+):func `(.*)`$/\1:\2/' | sort -t: -k1,1 -k2,2n
}

odd=$(names | grep -vE '^[^:]+:[0-9]+:([AGYPR][0-9]+, )*[AGYPR][0-9]+: .' || true)
idle=$(grep -rnE '\.disabled\(' Tests --include='*.swift' || true)

# FAMILY, NUMBER, SENTENCE and PLACE of each row's test, and of each required row without one, separated by tabs.
rows() {
    names | while IFS=: read -r file _ name; do
        [[ $name =~ ^(([AGYPR][0-9]+, )*[AGYPR][0-9]+):\ (.+)$ ]] || continue
        sentence=${BASH_REMATCH[3]}
        for row in ${BASH_REMATCH[1]//,/}; do
            printf '%s\t%s\t%s\t%s\n' "${row:0:1}" "${row:1}" "$sentence" "${file#Tests/}"
        done
    done
    for row in $required; do printf '%s\t%s\t\t\n' "${row:0:1}" "${row:1}"; done
}

render() {
    cat <<'HEAD'
# Faults and their tests

Made by `make faults` from the names of the tests; do not edit. This page is our catalogue of faults. A row is a letter
for the place of the fault (A API server, G git, Y YAML, P process, R registry) and a number; a test of it has the row in
front of its name (`A17: …`), and the sentence is what the test asserts. Numbers may be missing.
`scripts/faults.sh` lists the rows that must have a test. Tests with a cluster end by checking the promises
(`Tests/SceneKit/Scene+Promises.swift`).
HEAD
    rows | sort -t$'\t' -k1,1 -k2,2n -k4,4 -s | awk -F'\t' '
        BEGIN { title["A"] = "API server"; title["G"] = "Git"; title["Y"] = "YAML"; title["P"] = "Process"; title["R"] = "Registry" }
        function close_row() { if (row != "" && !found) print "| " row " | **no test** | | |" }
        {
            if ($1 != family) {
                close_row(); row = ""; family = $1
                print "\n## " title[family] "\n\n| row | what holds | test | run by |\n|-----|------------|------|--------|"
            }
            if ($1 $2 != row) { close_row(); row = $1 $2; found = 0 }
            if ($3 == "") next
            found = 1
            gsub(/\|/, "\\|", $3)
            print "| " row " | " $3 " | `" $4 "` | `make " ($4 ~ /^SoakTests\// ? "soak" : "test") "` |"
        }
        END { close_row() }'
}

missing=$(rows | awk -F'\t' '{ row = $1 $2 } $3 == "" { wanted[row] = 1; order[++n] = row } $3 != "" { found[row] = 1 }
    END { for (i = 1; i <= n; i++) if (!(order[i] in found)) printf "%s ", order[i] }')
failed=0
complain() {
    echo "$1" >&2
    failed=1
}
[[ -z $missing ]] || complain "rows without a test: $missing"
[[ -z $odd ]] || complain "names that look like a row's and are not (a row is A, G, Y, P or R and a number; then \", \" or \": \"):
$odd"
[[ -z $idle ]] || complain "tests that are switched off:
$idle"
if [[ ${1:-} == --check ]]; then
    cmp -s "$page" <(render) || complain "$page is not what the tests say; run make faults"
    exit $failed
fi
render >"$page"

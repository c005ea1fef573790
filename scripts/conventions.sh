#!/usr/bin/env bash
# What swift-format cannot see: traps, ways round JournaledWrite, long files and functions, package types and functions
# without a doc comment. Says how many functions are longer than they should be.
set -euo pipefail
cd "$(dirname "$0")/.."
folders=(Sources Tests Benchmarks/*/ Fuzz/*/)
failed=0
complain() {
    echo "$1" >&2
    echo "$2" >&2
    failed=1
}
sources() { find "${folders[@]}" -name '*.swift' -print0; }

traps=$(grep -rnE 'try!|Task\.detached|FoundationNetworking|as\? \[String|\[String: *Any' Sources --include='*.swift' || true)
[[ -z $traps ]] || complain "these are not used here (CONTRIBUTING.md says what instead):" "$traps"
# Behind a value, or a line of its own: `case .conclude(` of an enum is no call.
journal=$(grep -rnE '(^ *|[])}A-Za-z0-9_?!])\.(intend|conclude)\(|extension MutationJournal\b' Sources --include='*.swift' \
    | grep -v '^Sources/Pipeline/[0-9]-Apply/JournaledWrite\.swift:' || true)
[[ -z $journal ]] || complain "only JournaledWrite.swift calls the journal (docs/decisions/0008 says why):" "$journal"
long=$(sources | xargs -0 awk '
    FNR == 1 { if (lines > 400) print file ": " lines " lines" }
    { file = FILENAME; lines = FNR }
    END { if (lines > 400) print file ": " lines " lines" }')
[[ -z $long ]] || complain "files over 400 lines:" "$long"
headers=$(sources | xargs -0 awk 'FNR == 1 && $0 != "// SPDX-License-Identifier: Apache-2.0" { print FILENAME }')
[[ -z $headers ]] || complain "files whose first line is not the SPDX line:" "$headers"
undocumented=$(find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { previous = "" }
    /^ *package ([a-z]+ )*(struct|enum|actor|class|protocol|func) / && previous !~ /^ *(\/\/\/|@)/ { print FILENAME ":" FNR ": " $0 }
    { previous = $0 }')
[[ -z $undocumented ]] || complain "types and functions without a doc comment:" "$undocumented"

# LINES, FILE:LINE and NAME of each function, initialiser and computed property over 40 lines, separated by tabs. It ends at
# the first brace that stands as far left as it began; swift-format sees to that.
longer_functions() {
    sources | xargs -0 awk '
        function name_of(line) {
            if (match(line, /func `[^`]*`/)) return substr(line, RSTART + 6, RLENGTH - 7)
            if (match(line, /(func|var) [^ (<:]+/)) return substr(line, RSTART + (line ~ /func/ ? 5 : 4), RLENGTH - (line ~ /func/ ? 5 : 4))
            return line ~ /subscript/ ? "subscript" : line ~ /deinit/ ? "deinit" : "init"
        }
        function begin(line, column, name) { depth++; first[depth] = line; left[depth] = column; names[depth] = name }
        FNR == 1 { depth = 0; awaited = 0 }
        /^ *$/ { next }
        { match($0, /^ */); column = RLENGTH }
        awaited && column == awaited_column {
            if (!/^ *(\)|->|where |\{)/) awaited = 0  # a requirement of a protocol
            else if (/\{$/) { begin(awaited, column, awaited_name); awaited = 0 }
        }
        /^ *}$/ {
            while (depth && left[depth] >= column) {
                lines = FNR - first[depth] + 1
                if (left[depth] == column && lines > 40) print lines "\t" FILENAME ":" first[depth] "\t" names[depth]
                depth--
            }
        }
        /^ *([^"\/]* )?(func [^ ]|init[?]?[(<]|deinit |subscript[(<]|var [^=]*\{$)/ && !/}$/ {
            if (/\{$/) begin(FNR, column, name_of($0))
            else { awaited = FNR; awaited_column = column; awaited_name = name_of($0) }
        }'
}
functions=$(longer_functions | sort -rn)
over=$(awk -F'\t' '$1 > 60 { print $2 ": " $3 " has " $1 " lines" }' <<<"$functions")
[[ -z $over ]] || complain "functions over 60 lines:" "$over"
echo "functions over 40 lines: $(grep -c . <<<"$functions" || true)"
twice=$(grep -rhoE '\b(struct|class|enum|actor) [A-Za-z0-9]+Tests\b' Tests --include='*.swift' | awk '{ print $2 }' | sort | uniq -d)
[[ -z $twice ]] || complain "suites of one name in two test targets:" "$twice"
exit $failed

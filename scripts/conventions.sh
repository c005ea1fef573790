#!/usr/bin/env bash
# What swift-format cannot see: traps, ways round JournaledWrite, long files, package declarations without a doc comment.
set -euo pipefail
failed=0
complain() {
    echo "$1" >&2
    echo "$2" >&2
    failed=1
}
traps=$(grep -rnE 'try!|Task\.detached|FoundationNetworking|as\? \[String|\[String: *Any' Sources --include='*.swift' || true)
[[ -z $traps ]] || complain "these are not used here (CONTRIBUTING.md says what instead):" "$traps"
# Behind a value, or a line of its own: `case .conclude(` of an enum is no call.
journal=$(grep -rnE '(^ *|[])}A-Za-z0-9_?!])\.(intend|conclude)\(|extension MutationJournal\b' Sources --include='*.swift' \
    | grep -v '^Sources/Pipeline/[0-9]-Apply/JournaledWrite\.swift:' || true)
[[ -z $journal ]] || complain "only JournaledWrite.swift calls the journal (docs/decisions/0008 says why):" "$journal"
long=$(find Sources Tests -name '*.swift' -exec awk 'END { if (NR > 400) print FILENAME ": " NR " lines" }' {} \;)
[[ -z $long ]] || complain "files over 400 lines:" "$long"
headers=$(grep -rLE '^// SPDX-License-Identifier: Apache-2.0$' Sources Tests --include='*.swift' || true)
[[ -z $headers ]] || complain "files without the SPDX line:" "$headers"
undocumented=$(find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { previous = "" }
    /^ *package (final )?(struct|enum|actor|class|protocol) / && previous !~ /^ *(\/\/\/|@)/ { print FILENAME ":" FNR ": " $0 }
    { previous = $0 }')
[[ -z $undocumented ]] || complain "types without a doc comment:" "$undocumented"
exit $failed

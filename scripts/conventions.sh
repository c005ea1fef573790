#!/usr/bin/env bash
# What swift-format cannot see: traps, long files, package declarations without a doc comment, suites of one name.
set -euo pipefail
failed=0
complain() {
    echo "$1" >&2
    echo "$2" >&2
    failed=1
}
traps=$(grep -rnE 'try!|Task\.detached|FoundationNetworking|as\? \[String|\[String: *Any' Sources --include='*.swift' || true)
[[ -z $traps ]] || complain "these are not used here (CONTRIBUTING.md says what instead):" "$traps"
long=$(find Sources Tests -name '*.swift' -exec awk 'END { if (NR > 400) print FILENAME ": " NR " lines" }' {} \;)
[[ -z $long ]] || complain "files over 400 lines:" "$long"
headers=$(grep -rLE '^// SPDX-License-Identifier: Apache-2.0$' Sources Tests --include='*.swift' || true)
[[ -z $headers ]] || complain "files without the SPDX line:" "$headers"
undocumented=$(find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { previous = "" }
    /^ *package (final )?(struct|enum|actor|class|protocol) / && previous !~ /^ *(\/\/\/|@)/ { print FILENAME ":" FNR ": " $0 }
    { previous = $0 }')
[[ -z $undocumented ]] || complain "types without a doc comment:" "$undocumented"
twice=$(grep -rhoE '\b(struct|class|enum|actor) [A-Za-z0-9]+Tests\b' Tests --include='*.swift' | awk '{ print $2 }' | sort | uniq -d)
[[ -z $twice ]] || complain "suites of one name in two test targets:" "$twice"
exit $failed

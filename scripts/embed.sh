#!/usr/bin/env bash
# Writes infra/*.yaml and examples-repo/ as Swift string literals, so that the executables hold them.
set -euo pipefail
cd "$(dirname "$0")/.."
operator=Sources/Surface/CommandLineTool/Embedded
lab=Sources/Surface/LabTool/Embedded
mkdir -p "$operator" "$lab"
emit() { # TYPE DOC FILE...
    local type=$1 doc=$2
    shift 2
    echo '// SPDX-License-Identifier: Apache-2.0'
    echo '// Made by scripts/embed.sh from the files it names: change those, then run make embed.'
    echo
    echo "/// $doc"
    echo "enum $type {"
    echo '    /// Path and text of each file, ascending by path.'
    echo '    static let files: [(path: String, text: String)] = ['
    for file in "$@"; do
        echo '        ('
        echo "            \"${file}\","
        echo '            #"""'
        sed -e 's/^\(.\)/            \1/' "$root/$file"
        echo
        echo '            """#'
        echo '        ),'
    done
    echo '    ]'
    echo '}'
}
root=infra
emit InstallManifests 'The manifests of `infra/`: what `sternpost install` prints.' \
    $(cd infra && LC_ALL=C ls -1 ./*.yaml | sed 's#^\./##') >"$operator/InstallManifests.swift"
root=examples-repo
emit ExampleRepository 'The example project of `examples-repo/`: what `sternpost-lab demo` makes its repository from.' \
    $(cd examples-repo && LC_ALL=C find . -type f | sed 's#^\./##' | LC_ALL=C sort) >"$lab/ExampleRepository.swift"

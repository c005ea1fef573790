// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// `Sources` here is a link to the project's own. Everything that reads text from outside is built once more, with
// libFuzzer's coverage and AddressSanitizer; of two modules only the files that read text, so that no database and no
// server has to be built along. `scripts/fuzz.sh` builds and runs it.

/// The settings of the project's own targets, and those of a fuzzer; tests see what is not exported.
let instrumented: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
]

/// One of the project's targets; `imports` as in the project's Package.swift.
func module(
    _ name: String,
    _ path: String,
    sources: [String]? = nil,
    imports: [Target.Dependency] = []
) -> Target {
    .target(
        name: name,
        dependencies: imports,
        path: "Sources/\(path)",
        sources: sources,
        swiftSettings: instrumented
    )
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "SternpostFuzz",
    products: [.executable(name: "sternpost-fuzz", targets: ["SternpostFuzz"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
    ],
    targets: [
        .systemLibrary(name: "CLibGit2", path: "Sources/Libraries/CLibGit2", pkgConfig: "libgit2"),
        .systemLibrary(name: "CLibYAML", path: "Sources/Libraries/CLibYAML", pkgConfig: "yaml-0.1"),
        .systemLibrary(name: "CLibCurl", path: "Sources/Libraries/CLibCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
        module("KubeObjects", "Libraries/KubeObjects"),
        module("YAMLText", "Libraries/YAMLText", imports: ["CLibYAML", "KubeObjects"]),
        module("GitStore", "Libraries/GitStore", imports: ["CLibGit2", crypto]),
        module("HTTPWire", "Libraries/HTTPWire", imports: ["CLibCurl"]),
        module("KubeClient", "Libraries/KubeClient", imports: ["HTTPWire", "KubeObjects"]),
        module("OCIRegistry", "Libraries/OCIRegistry", imports: ["HTTPWire", "KubeObjects", crypto]),
        module("SyncSource", "Pipeline/1-Source", imports: ["GitStore", "KubeObjects"]),
        module("SyncRender", "Pipeline/2-Render", imports: ["SyncSource", "YAMLText", "KubeObjects"]),
        module("SyncPlan", "Pipeline/3-Plan", imports: ["SyncRender", "SyncSource", "KubeObjects", crypto]),
        module(
            "SyncApply",
            "Pipeline/4-Apply",
            imports: ["SyncPlan", "SyncRender", "SyncSource", "KubeClient", "KubeObjects"]
        ),
        module(
            "SyncRecord",
            "Pipeline/6-Record",
            sources: ["ObjectQuery.swift", "RecordError.swift", "RedactedText.swift"],
            imports: ["KubeObjects"]
        ),
        module(
            "SyncLoop",
            "Control/SyncLoop/Configuration",
            imports: ["GitStore", "KubeClient", "KubeObjects", "SyncApply", "SyncPlan", "SyncSource", "YAMLText"]
        ),
        .executableTarget(
            name: "SternpostFuzz",
            dependencies: [
                "CFuzzer", "GitStore", "HTTPWire", "KubeClient", "KubeObjects", "OCIRegistry", "SyncApply", "SyncLoop",
                "SyncPlan", "SyncRecord", "SyncRender", "SyncSource", "YAMLText",
            ],
            path: "SternpostFuzz",
            swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]
        ),
    ]
)

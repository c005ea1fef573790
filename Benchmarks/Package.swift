// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// `Sources` here is a link to the project's own: the targets below are the pure part of the pipeline, built once more
// beside the benchmark, because their declarations are `package` and the project exports no library.

/// The settings of the project's own targets.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// One of the project's targets; `imports` as in the project's Package.swift.
func module(_ name: String, _ path: String, imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, path: "Sources/\(path)", swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "SternpostBenchmarks",
    products: [
        .executable(name: "sternpost-bench", targets: ["SternpostBench"]),
        .executable(name: "sternpost-bench-real", targets: ["RealBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
    ],
    targets: [
        .systemLibrary(name: "CLibGit2", path: "Sources/Libraries/CLibGit2", pkgConfig: "libgit2"),
        .systemLibrary(name: "CLibYAML", path: "Sources/Libraries/CLibYAML", pkgConfig: "yaml-0.1"),
        .systemLibrary(name: "CLibCurl", path: "Sources/Libraries/CLibCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CMalloc", path: "Sources/Libraries/CMalloc"),
        module("KubeObjects", "Libraries/KubeObjects"),
        module("YAMLText", "Libraries/YAMLText", imports: ["CLibYAML", "KubeObjects"]),
        module("GitStore", "Libraries/GitStore", imports: ["CLibGit2", crypto]),
        module("SyncSource", "Pipeline/1-Source", imports: ["GitStore", "KubeObjects"]),
        module("SyncRender", "Pipeline/2-Render", imports: ["SyncSource", "YAMLText", "KubeObjects"]),
        module("SyncPlan", "Pipeline/3-Plan", imports: ["SyncRender", "SyncSource", "KubeObjects", crypto]),
        module("HTTPWire", "Libraries/HTTPWire", imports: ["CLibCurl"]),
        .target(name: "BenchmarkKit", path: "BenchmarkKit", swiftSettings: strict),
        .executableTarget(
            name: "RealBench",
            dependencies: ["BenchmarkKit", "HTTPWire", "YAMLText", "KubeObjects"],
            path: "RealBench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "SternpostBench",
            dependencies: [
                "BenchmarkKit", "CMalloc", "SyncPlan", "SyncRender", "SyncSource", "YAMLText", "KubeObjects",
            ],
            path: "SternpostBench",
            swiftSettings: strict
        ),
    ]
)

// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Whether the fuzzer is built too, and all of ours for it. Such a build needs a folder of its own: `scripts/fuzz.sh`.
let isFuzzing = Context.environment["STERNPOST_FUZZ"] == "1"

/// How our targets are written: strict concurrency, explicit `any`, no leaking imports, warnings as errors.
let language: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// What a fuzzer needs: libFuzzer's coverage, AddressSanitizer, and sight of what is not exported.
let instrumentation: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])] : []

/// Settings of every target of ours.
let strict = language + instrumentation

/// A system library: `module.modulemap` and `shim.h` only.
func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Sources/Libraries/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

/// One of our targets. `imports` is the whole list of what it may import: the build fails on anything else.
func module(
    _ name: String,
    _ path: String,
    imports: [Target.Dependency] = [],
    resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: imports, path: "Sources/\(path)", resources: resources, swiftSettings: strict)
}

/// The tests of one target; `TestKit` is always there.
func tests(
    _ name: String,
    imports: [Target.Dependency],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: imports + ["TestKit"],
        path: "Tests/\(name)",
        resources: resources,
        swiftSettings: strict
    )
}

/// What tests of whole passes may import.
let sceneImports: [Target.Dependency] = [
    "sternpost", "SceneKit", "SyncLoop", "SyncImages", "EmbeddedCluster", "ClusterControllers",
    "ClusterAdmission", "ClusterStore", "SyncSource", "SyncRender", "SyncLook", "SyncPlan",
    "SyncApply", "SyncObserve", "SyncRecord", "HTTPWire", "KubeClient", "OCIRegistry", "KubeObjects", "PlainText",
    "YAMLText", "GitStore",
    .product(name: "Logging", package: "swift-log"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "Sternpost",
    products: [
        .executable(name: "sternpost", targets: ["sternpost"]),
        // The demo and the embedded cluster: never in the binary that holds a cluster's credentials.
        .executable(name: "sternpost-lab", targets: ["sternpost-lab"]),
        .executable(name: "sternpost-bench", targets: ["SternpostBench"]),
        .executable(name: "sternpost-bench-real", targets: ["RealBench"]),
        // For tests: sets the wall clock of a process.
        .library(name: "WallClock", type: .dynamic, targets: ["WallClock"]),
    ],
    // Exact versions: a newer one is a change like any other.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Libraries
        systemLibrary("CLibGit2", pkgConfig: "libgit2", apt: "libgit2-dev"),
        systemLibrary("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        systemLibrary("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .systemLibrary(name: "CMalloc", path: "Sources/Libraries/CMalloc"),
        .systemLibrary(name: "CSpawn", path: "Sources/Libraries/CSpawn"),
        module("PlainText", "Libraries/PlainText"),
        module("Waiting", "Libraries/Waiting"),
        module("Processes", "Libraries/Processes", imports: ["Waiting", "CSpawn"]),
        module("KubeObjects", "Libraries/KubeObjects", imports: ["PlainText"]),
        module("YAMLText", "Libraries/YAMLText", imports: ["PlainText", "Waiting", "CLibYAML", "KubeObjects"]),
        module("GitStore", "Libraries/GitStore", imports: ["PlainText", "Processes", "CLibGit2", crypto]),
        module("HTTPWire", "Libraries/HTTPWire", imports: ["PlainText", "Processes", "CLibCurl"]),
        module(
            "KubeClient",
            "Libraries/KubeClient",
            imports: ["PlainText", "Waiting", "Processes", "HTTPWire", "KubeObjects"]
        ),
        module(
            "OCIRegistry",
            "Libraries/OCIRegistry",
            imports: ["PlainText", "Waiting", "HTTPWire", "KubeObjects", crypto]
        ),

        // Pipeline: values travel forward, in this order
        module("SyncSource", "Pipeline/1-Source", imports: ["PlainText", "GitStore", "KubeObjects", crypto]),
        module(
            "SyncRender",
            "Pipeline/2-Render",
            imports: ["PlainText", "Waiting", "SyncSource", "YAMLText", "KubeObjects"]
        ),
        module(
            "SyncLook",
            "Pipeline/3-Look",
            imports: ["PlainText", "Waiting", "SyncRender", "SyncSource", "KubeClient", "KubeObjects", crypto]
        ),
        module(
            "SyncPlan",
            "Pipeline/4-Plan",
            imports: ["PlainText", "SyncLook", "SyncRender", "SyncSource", "KubeObjects", crypto]
        ),
        module(
            "SyncApply",
            "Pipeline/5-Apply",
            imports: [
                "PlainText", "Waiting", "SyncPlan", "SyncLook", "SyncRender", "SyncSource", "KubeClient", "KubeObjects",
            ]
        ),
        module(
            "SyncObserve",
            "Pipeline/6-Observe",
            imports: [
                "PlainText", "Waiting", "SyncApply", "SyncPlan", "SyncLook", "SyncRender", "KubeClient", "KubeObjects",
            ]
        ),
        module(
            "SyncRecord",
            "Pipeline/7-Record",
            imports: [
                "PlainText", "Processes", "SyncObserve", "SyncApply", "SyncPlan", "SyncLook", "SyncRender",
                "SyncSource",
                "KubeObjects",
                "YAMLText", crypto,
                grdb,
            ]
        ),

        // Image rollouts: a pipeline of their own, beside the other
        module(
            "SyncImages",
            "Images",
            imports: [
                "PlainText", "Waiting", "Processes", "SyncRecord", "SyncObserve", "SyncApply", "SyncPlan", "SyncLook",
                "KubeClient", "OCIRegistry", "KubeObjects", logging,
            ]
        ),

        // Control and surface
        module(
            "SyncLoop",
            "Control/SyncLoop",
            imports: [
                "PlainText", "Waiting", "Processes", "SyncSource", "SyncRender", "SyncLook", "SyncPlan", "SyncApply",
                "SyncObserve",
                "SyncRecord", "SyncImages",
                "KubeClient",
                "OCIRegistry", "HTTPWire", "KubeObjects", "YAMLText", "GitStore", logging, lifecycle,
            ]
        ),
        module(
            "Dashboard",
            "Surface/Dashboard",
            imports: [
                "PlainText", "Waiting", "Processes", "SyncLoop", "SyncImages", "SyncRecord", "SyncObserve", "SyncApply",
                "SyncRender",
                "KubeObjects",
                hummingbird,
                hummingbirdCore, httpTypes, logging, lifecycle, nioCore,
            ]
        ),

        // A Kubernetes API on loopback, from its memory up to what answers requests
        module("ClusterStore", "EmbeddedCluster/Store", imports: ["PlainText", "KubeObjects"]),
        module("ClusterSchema", "EmbeddedCluster/Schema", imports: ["ClusterStore", "KubeObjects"]),
        module(
            "ClusterAdmission",
            "EmbeddedCluster/Admission",
            imports: ["ClusterSchema", "ClusterStore", "PlainText", "KubeObjects"]
        ),
        module(
            "ClusterControllers",
            "EmbeddedCluster/Controllers",
            imports: ["ClusterAdmission", "ClusterSchema", "ClusterStore", "Waiting", "KubeObjects"]
        ),
        module(
            "EmbeddedCluster",
            "EmbeddedCluster/API",
            imports: [
                "ClusterControllers", "ClusterAdmission", "ClusterSchema", "ClusterStore", "PlainText", "KubeObjects",
                "YAMLText", httpTypes, hummingbirdCore, logging, nioCore, nioPosix,
            ]
        ),

        // The programs
        module(
            "CommandLineTool",
            "Surface/CommandLineTool",
            imports: [
                "PlainText", "Processes", "CMalloc", "SyncLoop", "SyncImages", "Dashboard", "SyncSource", "SyncRender",
                "SyncLook", "SyncPlan", "SyncApply",
                "SyncObserve",
                "SyncRecord", "KubeClient", "KubeObjects", "YAMLText", "GitStore", "HTTPWire", argumentParser, logging,
                lifecycle, unixSignals,
            ]
        ),
        .executableTarget(
            name: "sternpost",
            dependencies: ["CommandLineTool"],
            path: "Sources/sternpost",
            swiftSettings: strict
        ),
        module(
            "LabTool",
            "Surface/LabTool",
            imports: [
                "PlainText", "Processes", "CommandLineTool", "EmbeddedCluster", "ClusterControllers", "ClusterStore",
                "Dashboard", "SyncLoop", "SyncImages",
                "SyncSource", "SyncRender", "SyncPlan",
                "SyncApply", "SyncRecord", "KubeClient", "KubeObjects", "YAMLText", "GitStore", "HTTPWire",
                "OCIRegistry", argumentParser, logging, lifecycle,
            ]
        ),
        .executableTarget(
            name: "sternpost-lab",
            dependencies: ["LabTool"],
            path: "Sources/sternpost-lab",
            swiftSettings: strict
        ),

        // Tests
        .target(
            name: "TestKit",
            dependencies: ["PlainText", "Processes", crypto],
            path: "Tests/TestKit",
            swiftSettings: strict
        ),
        .target(name: "WallClock", path: "Tests/WallClock"),
        .target(
            name: "ClusterKit",
            dependencies: [
                "TestKit", "EmbeddedCluster", "SyncApply", "SyncLook", "HTTPWire", "KubeClient", "KubeObjects",
            ],
            path: "Tests/ClusterKit",
            swiftSettings: strict
        ),
        .target(
            name: "SceneKit",
            dependencies: [
                "TestKit", "ClusterKit", "Processes", "SyncLoop", "SyncImages", "EmbeddedCluster", "SyncSource",
                "SyncRender",
                "SyncLook", "SyncPlan", "SyncApply",
                "SyncObserve", "SyncRecord", "HTTPWire", "KubeClient", "KubeObjects", "GitStore", "OCIRegistry",
                logging,
            ],
            path: "Tests/SceneKit",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "GitWorkerFixture",
            dependencies: ["GitStore"],
            path: "Tests/GitWorkerFixture",
            swiftSettings: strict
        ),
        tests("PlainTextTests", imports: ["PlainText"]),
        tests("WaitingTests", imports: ["Waiting"]),
        tests("ProcessesTests", imports: ["Processes"]),
        tests("KubeObjectsTests", imports: ["PlainText", "KubeObjects"]),
        tests("YAMLTextTests", imports: ["PlainText", "YAMLText", "KubeObjects"]),
        tests("GitStoreTests", imports: ["GitStore", "GitWorkerFixture"]),
        tests("HTTPWireTests", imports: ["HTTPWire"]),
        tests("OCIRegistryTests", imports: ["PlainText", "OCIRegistry", "HTTPWire", "KubeObjects"]),
        tests("KubeClientTests", imports: ["PlainText", "KubeClient", "HTTPWire", "KubeObjects"]),
        tests(
            "SyncSourceTests",
            imports: ["SyncSource", "SyncRender", "GitStore", "GitWorkerFixture", "KubeObjects"]
        ),
        tests(
            "SyncRenderTests",
            imports: ["PlainText", "Waiting", "SyncRender", "SyncSource", "YAMLText", "KubeObjects"]
        ),
        tests("SyncLookTests", imports: ["SyncLook", "KubeObjects"]),
        tests(
            "SyncPlanTests",
            imports: [
                "SyncPlan", "SyncLook", "SyncRender", "SyncSource", "ClusterAdmission", "ClusterSchema", "KubeObjects",
            ]
        ),
        tests(
            "SyncApplyTests",
            imports: [
                "PlainText", "ClusterKit", "SyncApply", "SyncObserve", "SyncPlan", "SyncLook", "SyncRender",
                "SyncSource", "KubeClient",
                "HTTPWire", "EmbeddedCluster", "ClusterControllers", "ClusterAdmission", "KubeObjects",
            ]
        ),
        tests(
            "SyncObserveTests",
            imports: [
                "ClusterKit", "SyncObserve", "SyncApply", "SyncPlan", "SyncLook", "SyncRender", "KubeClient",
                "EmbeddedCluster", "ClusterControllers", "KubeObjects",
            ]
        ),
        tests(
            "SyncRecordTests",
            imports: [
                "PlainText", "SyncRecord", "SyncObserve", "SyncApply", "SyncPlan", "SyncLook", "SyncRender",
                "SyncSource", "KubeObjects", crypto, grdb,
            ]
        ),
        tests(
            "EmbeddedClusterTests",
            imports: [
                "PlainText", "EmbeddedCluster", "ClusterControllers", "ClusterAdmission", "ClusterSchema",
                "ClusterStore", "KubeObjects",
            ]
        ),
        tests(
            "SyncImagesTests",
            imports: [
                "SyncImages", "SyncRecord", "SyncObserve", "SyncPlan", "SyncLook", "KubeClient", "OCIRegistry",
                "HTTPWire", "KubeObjects", logging,
            ]
        ),
        tests(
            "SyncLoopTests",
            imports: [
                "ClusterKit", "SyncLoop", "SyncImages", "SyncRecord", "SyncObserve", "SyncApply", "SyncPlan",
                "SyncLook", "SyncRender", "SyncSource", "GitStore", "KubeClient", "OCIRegistry", "HTTPWire",
                "KubeObjects", "YAMLText", logging,
            ]
        ),
        tests(
            "DashboardTests",
            imports: [
                "Dashboard", "Processes", "SyncLoop", "SyncImages", "SyncRecord", "SyncApply", "SyncSource",
                "KubeObjects",
            ]
        ),
        tests(
            "CommandLineToolTests",
            imports: [
                "PlainText", "sternpost", "sternpost-lab", "CommandLineTool", "Dashboard", "SyncLoop", "SyncImages",
                "SyncLook", "SyncPlan", "SyncApply", "SyncObserve", "SyncRecord", "SyncSource", "KubeObjects",
                "YAMLText", logging,
            ]
        ),
        tests("LabToolTests", imports: ["sternpost", "sternpost-lab", "LabTool", "CommandLineTool"]),
        tests("EndToEndTests", imports: sceneImports),
        tests("FaultTests", imports: sceneImports),
        tests("SoakTests", imports: sceneImports),

        // Benchmarks: `make bench`
        .target(name: "BenchmarkKit", path: "Benchmarks/BenchmarkKit", swiftSettings: strict),
        .executableTarget(
            name: "SternpostBench",
            dependencies: [
                "BenchmarkKit", "CMalloc", "SyncPlan", "SyncLook", "SyncRender", "SyncSource", "YAMLText",
                "KubeObjects",
            ],
            path: "Benchmarks/SternpostBench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "RealBench",
            dependencies: ["BenchmarkKit", "HTTPWire", "YAMLText", "KubeObjects"],
            path: "Benchmarks/RealBench",
            swiftSettings: strict
        ),
    ]
)

if isFuzzing {
    package.products.append(.executable(name: "sternpost-fuzz", targets: ["SternpostFuzz"]))
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "SternpostFuzz",
            dependencies: [
                "PlainText", "CFuzzer", "GitStore", "HTTPWire", "KubeClient", "KubeObjects", "OCIRegistry", "SyncApply",
                "SyncImages", "SyncLoop",
                "SyncLook", "SyncPlan", "SyncRecord", "SyncRender", "SyncSource", "YAMLText",
            ],
            path: "Fuzz/SternpostFuzz",
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]
        ),
    ]
}

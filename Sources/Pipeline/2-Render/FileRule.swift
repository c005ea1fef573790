// SPDX-License-Identifier: Apache-2.0

/// What a file's name alone says about how it is read.
enum FileRule: Equatable {
    /// A file with Kubernetes objects.
    case manifest
    /// Not a manifest, and nobody would think so: `README.md`.
    case ignored
    /// Looks like a manifest and is none; the text tells a person why it is passed over.
    case passedOver(String)

    /// The rule for a path below the synced folder, `/`-separated. Decided by bytes, as the reader of the commit does: a
    /// letter may take in the dot behind it.
    init(path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        let name = parts.last.map { String(Substring($0)) } ?? ""
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else {
            self = name == "Kustomization" ? .passedOver(Self.kustomization) : .ignored
            return
        }
        let suffix = String(name[name.utf8.index(after: dot)...])
        guard ["yaml", "yml", "json"].contains(suffix.lowercased()) else {
            self = .ignored
            return
        }
        if !["yaml", "yml", "json"].contains(suffix) {
            self = .passedOver("passed over: only names that end in .yaml, .yml or .json are read, as kubectl does")
        } else if parts.contains(where: { $0.first == UInt8(ascii: ".") }) {
            self = .passedOver("passed over: hidden files and folders hold no objects")
        } else if let reason = Self.reasons[name] ?? Self.valuesReason(name) {
            self = .passedOver(reason)
        } else {
            self = .manifest
        }
    }

    private static let kustomization =
        "passed over: no kustomize build is done; the other files of this folder are deployed as they stand, without its "
        + "patches, prefixes, images and generators"
    private static let chart = "passed over: no Helm chart is rendered; commit what `helm template` prints"
    private static let compose = "passed over: a compose file holds no Kubernetes objects"
    private static let tooling = "passed over: a tool's own configuration holds no Kubernetes objects"

    private static let reasons: [String: String] = [
        "kustomization.yaml": kustomization, "kustomization.yml": kustomization,
        "Chart.yaml": chart, "values.yaml": chart, "values.yml": chart, "values.schema.json": chart,
        "docker-compose.yaml": compose, "docker-compose.yml": compose, "compose.yaml": compose, "compose.yml": compose,
        "skaffold.yaml": tooling, "skaffold.yml": tooling, "package.json": tooling, "package-lock.json": tooling,
        "tsconfig.json": tooling, "renovate.json": tooling, "helmfile.yaml": tooling,
        "catalog-info.yaml": tooling,
    ]

    /// `values-prod.yaml`, `values.prod.yaml`: values of a chart as well.
    private static func valuesReason(_ name: String) -> String? {
        name.hasPrefix("values-") || name.hasPrefix("values.") ? chart : nil
    }
}

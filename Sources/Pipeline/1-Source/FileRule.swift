// SPDX-License-Identifier: Apache-2.0

/// How a file is read, by its name alone: the only rule of what is a manifest by name.
///
/// The walk through a commit uses the ``Ending`` to read a file or to pass on its name; rendering uses the rule of the
/// whole path. Names are compared by bytes, because in a `Character` a letter may be combined with the dot behind it.
package enum FileRule: Sendable, Hashable {
    /// A file with Kubernetes objects.
    case manifest
    /// Not a manifest, and does not look like one: `README.md`.
    case ignored
    /// Looks like a manifest and is not one; the text says why it is passed over.
    case passedOver(String)

    /// How a file's name ends.
    enum Ending: Sendable {
        /// Like a manifest: the file is read.
        case manifest
        /// Like a manifest in capital letters (`web.YAML`), or the whole name is `Kustomization`: a person could expect
        /// it to be read, so its name is passed on without the bytes.
        case lookalike
        /// Like neither; the file is passed over without a notice.
        case other

        /// - Parameter name: The last part of the path, as git has it. An ending alone (`.yaml`) does not count as a
        ///   name.
        init(_ name: some Collection<UInt8>) {
            if Ending.isManifest(name) {
                self = .manifest
            } else if name.elementsEqual(FileRule.kustomizationName.utf8)
                || Ending.isManifest(name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
            {
                self = .lookalike
            } else {
                self = .other
            }
        }

        private static func isManifest(_ name: some Collection<UInt8>) -> Bool {
            [".yaml", ".yml", ".json"].contains { ending in
                name.count > ending.utf8.count && name.suffix(ending.utf8.count).elementsEqual(ending.utf8)
            }
        }
    }

    /// The rule for a path below the synced folder, `/`-separated.
    package init(path: String) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        let name = parts.last.map { String(Substring($0)) } ?? ""
        switch Ending(name.utf8) {
        case .other: self = .ignored
        case .lookalike where name.utf8.elementsEqual(FileRule.kustomizationName.utf8):
            self = .passedOver(FileRule.kustomization)
        case .lookalike:
            self = .passedOver("passed over: only names that end in .yaml, .yml or .json are read, as kubectl does")
        case .manifest where parts.contains(where: { $0.first == UInt8(ascii: ".") }):
            self = .passedOver("passed over: hidden files and folders hold no objects")
        case .manifest:
            self = (FileRule.reasons[name] ?? FileRule.valuesReason(name)).map(FileRule.passedOver) ?? .manifest
        }
    }

    private static let kustomizationName = "Kustomization"
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

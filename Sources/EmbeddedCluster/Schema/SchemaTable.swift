// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The types of one API package in a short notation.
///
/// One declaration starts at the margin and may go on in indented lines; an empty line means nothing:
///
///     kind Deployment+status: spec DeploymentSpec!, status DeploymentStatus!
///     DeploymentSpec: replicas int32?, selector LabelSelector, template PodTemplateSpec!
///     LabelSelector=atomic: matchLabels {}string, matchExpressions []LabelSelectorRequirement
///
/// - `kind` adds `apiVersion`, `kind` and `metadata`; `+status`: status is written through its subresource.
/// - `=atomic` behind a type's name: the map has one owner.
/// - A field's type is a scalar of ``SchemaScalar``, `raw` (any JSON, atomic) or a type of this package, of `core/v1` or
///   of `meta/v1`, looked for in this order; `[]` is a list of it, `{}` a map to it. Behind the type, in this order:
///   `?` a zero that was given stays; `!` always written; `@a+b` a list of maps told apart by these keys, `@set` a set;
///   `%` a map with one owner; `^` no single owner although the type says so;
///   `~key` the key of strategic merge patches (the first list key unless given; `~-` for none); `~retain` patches retain
///   only listed keys; `=value` the value of a list key that is absent.
struct SchemaTable: Sendable {
    /// The first part of the keys of its types, such as `apps/v1`.
    let package: String
    let group: String
    let text: String

    /// - Parameters:
    ///   - package: Short group and version.
    ///   - group: The API group; by default the package's first part, and the core group for `core` and `meta`.
    ///   - text: The declarations.
    init(package: String, group: String? = nil, text: String) {
        self.package = package
        let short = String(package.prefix { $0 != "/" })
        self.group = group ?? (["core", "meta"].contains(short) ? "" : short)
        self.text = text
    }

    /// The version, `v1` of `apps/v1`.
    var version: String { String(package.drop { $0 != "/" }.dropFirst()) }

    /// All tables.
    static let all: [SchemaTable] = [
        meta, core, pod, volume, apps, batch, autoscalingV1, autoscalingV2, policy, networking, discovery, events, rbac,
        scheduling, coordination, node, storage, flowControl, apiExtensions, apiRegistration, admissionRegistration,
    ]
}

/// One declaration of a table, not yet resolved.
struct SchemaDeclaration {
    let name: String
    let isKind: Bool
    let hasStatusSubresource: Bool
    let isAtomic: Bool
    /// `name type` texts.
    let fields: [Substring]

    /// Splits a table into its declarations.
    static func all(in text: String) -> [SchemaDeclaration] {
        var joined: [String] = []
        for line in text.split(separator: "\n") {
            if line.first == " ", !joined.isEmpty {
                joined[joined.count - 1] += line
            } else if !line.isEmpty {
                joined.append(String(line))
            }
        }
        return joined.map(SchemaDeclaration.init)
    }

    private init(_ line: String) {
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        var head = line[..<colon]
        isKind = head.hasPrefix("kind ")
        if isKind { head = head.dropFirst("kind ".count) }
        hasStatusSubresource = head.hasSuffix("+status")
        isAtomic = head.hasSuffix("=atomic")
        name = String(head.prefix { $0 != "+" && $0 != "=" })
        fields = line[colon...].dropFirst().split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    }
}

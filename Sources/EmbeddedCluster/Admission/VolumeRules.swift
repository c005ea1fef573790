// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Validation of a pod's volumes.
enum VolumeRules {
    /// Sources that need one member to make sense, with that member.
    private static let neededMembers = [
        ("configMap", "name"), ("secret", "secretName"), ("persistentVolumeClaim", "claimName"), ("hostPath", "path"),
        ("nfs", "server"), ("nfs", "path"), ("csi", "driver"),
    ]

    /// Checks the volumes.
    ///
    /// - Returns: The names that mounts may use.
    static func check(_ volumes: [JSON], at path: String, into findings: inout Findings) -> Set<String> {
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let place = "\(path)[\(index)]"
            checkSource(volume, at: place, into: &findings)
            let name = volume.text("name")
            if name.isEmpty {
                findings.required("\(place).name")
                continue
            }
            findings.problems("\(place).name", name, NameRule.labelProblems(name))
            if !names.insert(name).inserted { findings.duplicate("\(place).name", .string(name)) }
        }
        return names
    }

    private static func checkSource(_ volume: JSON, at path: String, into findings: inout Findings) {
        // In the order in which the server looks at the kinds of sources.
        let declared = SchemaNode.reference("core/v1.Volume").structure?.fields ?? [:]
        let sources = (volume.object ?? JSONObject()).keys.filter { $0 != "name" && declared[$0] != nil }
        for extra in ordered(sources).dropFirst() {
            findings.forbidden("\(path).\(extra)", "may not specify more than 1 volume type")
        }
        if sources.isEmpty { findings.required(path, "must specify a volume type") }
        for (source, member) in neededMembers {
            guard let value = volume[source], !value.has(member) else { continue }
            findings.required("\(path).\(source).\(member)")
        }
        for source in ["configMap", "secret"] {
            for (index, item) in (volume[source]?.items("items") ?? []).enumerated() {
                let place = "\(path).\(source).items[\(index)]"
                if !item.has("key") { findings.required("\(place).key") }
                if !item.has("path") { findings.required("\(place).path") }
                findings.problems("\(place).path", item.text("path"), TextRules.localPathProblems(item.text("path")))
            }
        }
        if let size = volume["emptyDir"]?["sizeLimit"], let amount = Findings.quantity(size), amount.nanos < 0 {
            findings.forbidden("\(path).emptyDir.sizeLimit", "SizeLimit field must be a valid resource quantity")
        }
    }

    private static let commonOrder = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret",
    ]

    private static func ordered(_ sources: [String]) -> [String] {
        commonOrder.filter(sources.contains) + sources.filter { !commonOrder.contains($0) }
    }
}

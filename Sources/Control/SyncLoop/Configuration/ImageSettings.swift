// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncImages
import SyncPlan

/// Reads `spec.images` of a project document.
enum ImageSettings {
    static func policy(_ json: JSON?, _ reader: inout DocumentReader) -> ImagePolicy {
        let path = "spec.images"
        var policy = ImagePolicy()
        reader.allow(
            ["rollLatest", "tags", "interval", "undo", "maxConcurrent", "windows", "registries"],
            in: json,
            at: path
        )
        if let roll = reader.flag(json?["rollLatest"], at: "\(path).rollLatest") { policy.rollLatest = roll }
        if let undo = reader.flag(json?["undo"], at: "\(path).undo") { policy.undo = undo }
        if let interval = reader.duration(json?["interval"], at: "\(path).interval", minimum: .seconds(10)) {
            policy.interval = interval
        }
        if let count = reader.number(json?["maxConcurrent"], at: "\(path).maxConcurrent", in: 1...100) {
            policy.maxConcurrent = count
        }
        if reader.texts(json?["tags"], at: "\(path).tags") != nil {
            policy.tags = texts(json?["tags"]).compactMap { index, text in
                if let pattern = TagPattern(text) { return pattern }
                reader.complain("\(path).tags[\(index)]", "expected a tag, or a pattern such as edge-*")
                return nil
            }
        }
        _ = reader.texts(json?["windows"], at: "\(path).windows")
        for (index, text) in texts(json?["windows"]) {
            if let window = RolloutWindow(text) {
                policy.windows.append(window)
            } else {
                reader.complain(
                    "\(path).windows[\(index)]",
                    "expected a time such as Mon-Fri 09:00-17:00 Europe/Berlin; days and zone may be left out"
                )
            }
        }
        policy.registries = registries(json?["registries"], at: "\(path).registries", &reader)
        return policy
    }

    /// The strings of a list with their indexes. Items of other types are reported elsewhere.
    private static func texts(_ list: JSON?) -> [(index: Int, text: String)] {
        (list?.array ?? []).prefix(100).enumerated().compactMap { index, item in
            item.string.flatMap { $0.isEmpty ? nil : (index, $0) }
        }
    }

    private static func registries(
        _ json: JSON?,
        at path: String,
        _ reader: inout DocumentReader
    ) -> [String: RegistryChoice] {
        guard let json, !json.isNull else { return [:] }
        guard let items = json.array, items.count <= 100 else {
            reader.complain(path, "expected a list of at most 100 registries, found a \(json.typeName)")
            return [:]
        }
        var result: [String: RegistryChoice] = [:]
        for (index, item) in items.enumerated() {
            let place = "\(path)[\(index)]"
            reader.allow(["host", "mirrors", "ca", "insecure"], in: item, at: place)
            var choice = RegistryChoice()
            choice.mirrors = reader.texts(item["mirrors"], at: "\(place).mirrors") ?? []
            choice.authorities = reader.text(item["ca"], at: "\(place).ca")
            choice.isInsecure = reader.flag(item["insecure"], at: "\(place).insecure") ?? false
            if choice.authorities.map({ !$0.contains("-----BEGIN CERTIFICATE-----") }) == true {
                reader.complain("\(place).ca", "expected certificates in PEM form (-----BEGIN CERTIFICATE-----)")
            }
            guard let host = reader.text(item["host"], at: "\(place).host", isRequired: true), !host.isEmpty else {
                continue
            }
            let name = ["index.docker.io", "registry-1.docker.io"].contains(host) ? "docker.io" : host
            if host.contains("/") {
                reader.complain("\(place).host", "expected a host such as registry.example.com:5000, without a path")
            } else if result.updateValue(choice, forKey: name) != nil {
                reader.complain("\(place).host", "stands there twice")
            }
        }
        return result
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

@testable import KubeClient

/// What an API server sends: lines of a watch, lists, objects, errors, discovery.
enum AnswerFuzz {
    private static let configMaps = APIResource(
        gvk: GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"),
        plural: "configmaps",
        isNamespaced: true,
        verbs: ["list"]
    )
    private static let request = KubeRequest(path: "/api/v1/configmaps")

    /// The first byte says into pieces of which size the rest is cut; the lines are the same for every size.
    static func watch(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let text = Array(bytes.dropFirst())
        let size = Int(first % 32) + 1
        let maxLineBytes = 256
        var splitter = LineSplitter(maxLineBytes: maxLineBytes)
        var lines: [[UInt8]] = []
        for start in stride(from: 0, to: text.count, by: size) {
            splitter.append(Array(text[start..<min(start + size, text.count)]))
            while let line = splitter.next() { lines.append(line) }
            if splitter.isOverLimit { break }
        }
        let wanted = text.split(separator: 0x0A).map(Array.init).filter { $0 != [0x0D] }
        if splitter.isOverLimit {
            require(wanted.contains { $0.count > maxLineBytes }, "over the limit without a long line")
        } else {
            let isEnded = text.isEmpty || text.last == 0x0A || wanted.isEmpty || text.suffix(2) == [0x0A, 0x0D]
            require(lines == (isEnded ? wanted : wanted.dropLast()), "other lines than in one piece")
        }
        for line in lines {
            do throws(KubeError) {
                let (_, version) = try WatchLine.event(line, of: configMaps, request: request)
                require(!version.isEmpty, "an event without a version")
            } catch {
                checkWords(error)
            }
        }
    }

    /// An answer's body as an object, a page of a list, a metadata-only page and an error.
    static func answer(_ bytes: [UInt8]) {
        let head = HTTPHead(status: 200, headers: [])
        let answer = HTTPResponse(head: head, body: bytes)
        do throws(KubeError) {
            let object = try KubeDocument.object(answer, to: request, of: configMaps, name: "a")
            require(object.name == "a" && object.gvk == configMaps.gvk, "another object")
        } catch { checkWords(error) }
        for metadataOnly in [false, true] {
            do throws(KubeError) {
                let page = try KubeDocument.page(answer, to: request, of: configMaps, metadataOnly: metadataOnly)
                require(!page.resourceVersion.isEmpty, "a list without a version")
                require(page.objects.allSatisfy { $0.gvk == configMaps.gvk }, "another kind")
            } catch { checkWords(error) }
        }
        for status in [400, 409, 422, 500] {
            let failed = HTTPResponse(head: HTTPHead(status: status, headers: []), body: bytes)
            let error = KubeError(answer: failed, to: request)
            checkWords(error)
            _ = error.conflictingManagers
        }
    }

    static func discovery(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes) else { return }
        var catalog = APICatalog()
        _ = Discovery.add(groups: json, to: &catalog)
        let versions = Discovery.versions(json) ?? []
        let version = versions.first ?? Discovery.Version(group: "g", version: "v1")
        for resource in Discovery.resources(json, of: version) ?? [] {
            require(!resource.plural.isEmpty && !resource.plural.contains("/"), "a subresource")
            catalog.add(resource)
        }
    }

    /// An error's words are one line of bounded length.
    private static func checkWords(_ error: KubeError) {
        require(!error.message.isEmpty, "an error without words")
        require(error.description.utf8.count <= 9_000, "an error of \(error.description.utf8.count) bytes")
        require(!error.description.contains("\n"), "an error of several lines")
    }
}

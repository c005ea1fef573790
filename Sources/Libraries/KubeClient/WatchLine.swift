// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// Reads one line of a watch. Pure.
enum WatchLine {
    /// The event and the version to go on from.
    ///
    /// - Throws: What an ERROR event says (`expired` for 410), or `protocolViolation` for a line that is no event.
    static func event(
        _ line: [UInt8],
        of resource: APIResource,
        request: KubeRequest
    ) throws(KubeError) -> (event: WatchEvent, resourceVersion: String) {
        func violation(_ problem: String) -> KubeError {
            KubeError(
                reason: .protocolViolation,
                message: "watch: \(KubeError.oneLine(problem))",
                request: request.display
            )
        }
        let json: JSON
        do throws(JSONError) { json = try JSONParser.parse(line) } catch { throw violation("\(error)") }
        let body = json["object"] ?? .null
        let type = json["type"]?.string ?? ""
        if type == "ERROR" {
            guard body["kind"]?.string == "Status" else { throw violation("an ERROR without a Status") }
            throw KubeError(status: body, httpStatus: 500, head: nil, to: request)
        }
        guard let version = body["metadata"]?["resourceVersion"]?.string, !version.isEmpty else {
            throw violation("an event without resourceVersion")
        }
        if type == "BOOKMARK" { return (.bookmark(resourceVersion: version), version) }
        let object: KubeObject
        do throws(KubeObjectError) { object = try KubeObject(body) } catch { throw violation("\(error)") }
        guard object.gvk == resource.gvk else { throw violation("an event of \(object.gvk)") }
        switch type {
        case "ADDED": return (.added(object), version)
        case "MODIFIED": return (.modified(object), version)
        case "DELETED": return (.deleted(object), version)
        default: throw violation("an event of unknown type \(type)")
        }
    }
}

extension KubeError {
    /// Whether the server has not reached the version we ask for: after a restore from a backup it may never do so.
    var isResourceVersionAhead: Bool { causes.contains { $0.reason == "ResourceVersionTooLarge" } }

    /// The same words, as the reason to list again.
    func asExpired() -> KubeError {
        KubeError(reason: .expired, statusCode: statusCode, message: message, causes: causes, request: request)
    }
}

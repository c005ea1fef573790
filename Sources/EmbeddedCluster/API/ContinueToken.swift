// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import PlainText

/// Where a paged list goes on: opaque to clients, written as the real server writes it.
struct ContinueToken: Sendable, Hashable {
    /// The snapshot's revision; -1 for whatever is there now.
    let revision: Int64
    /// `namespace/name` of the last object of the page before.
    let start: String

    init(revision: Int64, start: String) {
        self.revision = revision
        self.start = start
    }

    /// Reads a token.
    ///
    /// - Throws: 400 for anything that this server has not written.
    init(_ text: String) throws(StatusError) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
        guard let bytes = Base64.bytes(of: padded, padding: .optional), let json = try? JSONParser.parse(bytes) else {
            throw .badRequest("invalid continue token: continue key is not valid: invalid character")
        }
        guard json["v"]?.string == "meta.k8s.io/v1", let revision = json["rv"]?.int, revision != 0,
            let start = json["start"]?.string, start.hasSuffix("\0")
        else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: server does not recognize this encoded version"
            )
        }
        self.init(revision: revision, start: String(start.dropLast()))
    }

    /// The token as clients get it.
    var text: String {
        let json: JSON = ["v": "meta.k8s.io/v1", "rv": .int(revision), "start": .string(start + "\0")]
        return Base64.text(of: json.serialized()).replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}

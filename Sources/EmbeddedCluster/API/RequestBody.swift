// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import YAMLText

/// The body of a write, read from JSON or YAML.
struct RequestBody: Sendable {
    /// Larger bodies are answered with 413.
    static let maxBytes = 3 << 20

    let json: JSON
    /// The fields of a JSON text by their paths, in its order; empty for other texts.
    private let paths: DocumentPaths
    /// The beginning of the text, as error texts show it.
    let summary: String
    /// The whole text.
    let text: String

    /// A body that the server makes itself.
    init(_ json: JSON) {
        self.json = json
        paths = DocumentPaths()
        text = json.text
        summary = RequestBody.summary(Array(text.utf8))
    }

    /// Reads the body of a create or update.
    ///
    /// - Throws: 415 for a media type that is neither JSON nor YAML, 400 for a text that is neither.
    init(_ request: APIRequest, kind: String) throws(StatusError) {
        let type = RequestBody.mediaType(request.contentType)
        if type == ProtobufBody.mediaType {
            do throws(ProtobufBody.Unreadable) {
                self.init(try ProtobufBody.json(request.body))
                return
            } catch {
                throw .badRequest(
                    "the object provided is unrecognized (must be of type \(kind)): \(error.problem) "
                        + "(\(RequestBody.summary(request.body)))"
                )
            }
        }
        guard ["", "application/json", "application/yaml"].contains(type) else {
            throw .unsupportedMediaType(["application/json", "application/yaml", ProtobufBody.mediaType])
        }
        do throws(StatusError) {
            try self.init(bytes: request.body, isYAML: type == "application/yaml")
        } catch {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; json parse "
                    + "error: \(error.message) (\(RequestBody.summary(request.body)))"
            )
        }
    }

    /// Reads the body of a patch.
    ///
    /// - Throws: 400 for a text that cannot be read.
    init(patch request: APIRequest, isYAML: Bool) throws(StatusError) {
        do throws(StatusError) {
            try self.init(bytes: request.body, isYAML: isYAML)
        } catch {
            throw .badRequest(
                isYAML ? "error decoding YAML: \(error.message)" : "error decoding patch: \(error.message)"
            )
        }
    }

    private init(bytes: [UInt8], isYAML: Bool) throws(StatusError) {
        text = String(decoding: bytes, as: UTF8.self)
        summary = RequestBody.summary(bytes)
        let first = bytes.first { $0 > 0x20 }
        if !isYAML || first == UInt8(ascii: "{") {
            guard first != nil else { throw .badRequest("unexpected end of JSON input") }
            do throws(JSONError) {
                json = try JSONParser.parse(bytes)
            } catch {
                throw .badRequest(
                    error.isCutShort ? "unexpected end of JSON input" : "\(error)"
                )
            }
            paths = DocumentPaths(bytes)
        } else {
            do throws(YAMLError) {
                json = try YAMLText.single(text)
            } catch {
                throw .badRequest("yaml: line \(error.line): \(error.problem)")
            }
            paths = DocumentPaths()
        }
    }

    /// What strict reading of a YAML text says of keys that stand twice.
    var duplicateKeys: [String] {
        paths.duplicateKeys.map { "line \($0.line): key \(StatusError.quoted($0.key)) already set in map" }
    }

    /// What strict validation says of a custom resource: duplicate fields, then unknown ones, given by their paths, in their
    /// given order.
    func unorderedFindings(unknown: [String]) -> [String] {
        let unknownPaths = Set(unknown)
        return paths.duplicates.filter { !unknownPaths.contains($0) }.map(Self.duplicateField)
            + unknown.map(UnknownFields.message)
    }

    /// What strict validation says of the body, in its order: `unknown field "…"` for each of the given paths, and
    /// `duplicate field "…"` for each known field that stands twice.
    func findings(unknown: [String]) -> [String] {
        let unknownPaths = Set(unknown)
        let twice = paths.duplicates.filter { !unknownPaths.contains($0) }
        let all =
            unknown.map { (path: $0, text: UnknownFields.message($0)) }
            + twice.map { (path: $0, text: Self.duplicateField($0)) }
        return all.enumerated().sorted { left, right in
            let places = (paths.place(of: left.element.path), paths.place(of: right.element.path))
            return places.0 == places.1 ? left.offset < right.offset : places.0 < places.1
        }.map(\.element.text)
    }

    private static func duplicateField(_ path: String) -> String { "duplicate field \(StatusError.quoted(path))" }

    /// The media type of a `Content-Type` header, without parameters.
    static func mediaType(_ header: String) -> String {
        header.prefix { $0 != ";" }.split(separator: " ").joined().lowercased()
    }

    /// The beginning of a body, as error texts show it.
    private static func summary(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "<empty>" }
        let head = bytes.prefix(30)
        let end = bytes.count > 30 ? " ..." : ""
        if bytes.first == UInt8(ascii: "{") { return String(decoding: head, as: UTF8.self) + end }
        let digits = Array("0123456789abcdef")
        return head.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined() + end
    }
}

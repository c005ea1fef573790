// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import PlainText

/// What may be shown of an API server's refusal that concerns a Secret: field paths, reasons and names, in our own
/// words.
///
/// The server quotes values in many of its errors, in forms that differ between versions and webhooks. None of its text
/// is passed on, so none of these forms has to be known.
enum SecretWords {
    /// The error with our own words in place of the server's.
    ///
    /// - Parameters:
    ///   - error: An error whose reason was read from the server's own words.
    ///   - text: The server's whole message.
    /// - Returns: The same error in other words.
    static func replacing(_ error: KubeError, text: String) -> KubeError {
        let causes = error.causes.map { cause in
            KubeError.Cause(reason: cause.reason, field: path(cause.field), message: words(for: cause))
        }
        let told = summary(error, text)
        return KubeError(
            reason: error.reason,
            statusCode: error.statusCode,
            message: told == text ? told : "\(told) (the server's own words may quote the Secret and are not shown)",
            causes: causes,
            subjectKind: error.subjectKind,
            subjectName: error.subjectName,
            retryAfter: error.retryAfter,
            request: error.request,
            isOutcomeUnknown: error.isOutcomeUnknown
        )
    }

    private static func summary(_ error: KubeError, _ text: String) -> String {
        let fields = error.causes.map { (path($0.field), words(for: $0)) }.filter { !$0.0.isEmpty }
        let subject = error.subjectName.isEmpty ? "" : "\(error.subjectKind) \"\(error.subjectName)\" "
        switch error.reason {
        case .invalid, .immutableField, .badRequest:
            if !fields.isEmpty { return fields.map { "\($0.0): \($0.1)" }.joined(separator: ", ") }
            return typed(text) ?? "the server finds the Secret invalid"
        case .notFound: return "\(subject)not found"
        case .alreadyExists: return "\(subject)already exists"
        case .conflict: return "\(subject)was changed by somebody else meanwhile"
        case .fieldManagerConflict: return "other field managers own \(fields.map(\.0).joined(separator: ", "))"
        case .admissionDenied: return "\(plugIn(text)) denied the request"
        case .webhookFailed: return "\(plugIn(text)) could not be called"
        case .dryRunUnsupported: return "\(plugIn(text)) does not support dry run"
        case .quotaExceeded: return "a quota of the namespace is exceeded"
        case .namespaceTerminating: return "the namespace is being deleted"
        case .forbidden: return "the API server forbids it to this account"
        case .unauthorized: return "the API server does not accept the credentials"
        case .tooManyRequests: return "the API server has too many requests"
        case .tooLarge: return "the request is too large"
        case .timeout: return "the API server did not finish in time"
        case .expired: return "the version asked for is too old"
        case .methodNotAllowed: return "the API server does not allow the method"
        case .unsupportedMediaType: return "the API server does not take the media type"
        case .serverError: return typed(text) ?? "the API server failed"
        case .cancelled, .unreachable, .tls, .protocolViolation, .withheld, .configuration: return "\(error.reason)"
        }
    }

    /// What a cause says, by its reason alone.
    private static func words(for cause: KubeError.Cause) -> String {
        if KubeError.isImmutability(cause.message) { return "cannot be changed" }
        return switch cause.reason {
        case "FieldValueNotFound": "names something that does not exist"
        case "FieldValueRequired": "is missing"
        case "FieldValueDuplicate": "stands twice"
        case "FieldValueInvalid": "is not valid"
        case "FieldValueNotSupported": "is none of the values that are supported"
        case "FieldValueForbidden": "may not be set so"
        case "FieldValueTooLong", "FieldValueTooMany": "is too long"
        case "FieldValueTypeInvalid": "has a wrong type"
        case "FieldManagerConflict": manager(cause.message)
        default: "is refused"
        }
    }

    /// `conflict with "kubectl-edit"`, of the server's `conflict with "kubectl-edit" using v1`.
    private static func manager(_ text: String) -> String {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].hasPrefix("conflict with "), parts[1].utf8.count <= 128 else {
            return "belongs to another field manager"
        }
        return "conflict with \"\(parts[1])\""
    }

    /// A field's path as the server spells it, if that is all it is.
    private static func path(_ text: String) -> String {
        guard text.utf8.count <= 512, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return "" }
        return text
    }

    /// `.stringData: expected map`, of the words of server-side apply up to where a value may begin.
    private static func typed(_ text: String) -> String? {
        let read = text.beginning(maxBytes: 4096)
        guard let start = read.utf8.indices.first(where: { isPathStart(read.utf8, $0) }) else { return nil }
        let rest = read[start...]
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        let field = path(String(rest[..<colon]))
        guard !field.isEmpty else { return nil }
        for wanted in ["map", "list", "string", "numeric", "boolean"]
        where rest[colon...].hasPrefix(": expected \(wanted)") {
            return "\(field): expected \(wanted)"
        }
        return rest[colon...].hasPrefix(": field not declared in schema") ? "\(field): a Secret has no such field" : nil
    }

    /// A dot behind a blank, in front of any quoting.
    private static func isPathStart(_ bytes: Substring.UTF8View, _ index: String.Index) -> Bool {
        guard bytes[index] == UInt8(ascii: "."), index > bytes.startIndex else { return false }
        return bytes[bytes.index(before: index)] == 0x20
    }

    /// The admission plug-in that the server names in the first quotes, if that looks like the name of one.
    private static func plugIn(_ text: String) -> String {
        let parts = text.beginning(maxBytes: 1024).split(maxSplits: 2, omittingEmptySubsequences: false) {
            $0 == "\"" || $0 == "'"
        }
        guard parts.count == 3, parts[0].contains("webhook") || parts[0].contains("AdmissionPolicy"),
            parts[1].utf8.count <= 253,
            parts[1].utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E
            })
        else { return "an admission plug-in" }
        return "the admission \(parts[0].contains("webhook") ? "webhook" : "policy") \"\(parts[1])\""
    }
}

extension KubeRequest {
    /// Whether it is about Secrets of the core group.
    var isAboutSecrets: Bool {
        let segments = path.split(separator: "/")
        guard segments.starts(with: ["api", "v1"]) else { return false }
        let rest = segments.dropFirst(2)
        return rest.first == "secrets" || rest.first == "namespaces" && rest.dropFirst(2).first == "secrets"
    }
}

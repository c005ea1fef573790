// SPDX-License-Identifier: Apache-2.0
import PlainText
import Synchronization

/// The one place through which everything passes that leaves the process: logs, errors, diffs, events, rows, pages.
///
/// It knows secrets by value (registered once, when they are loaded), plain and in Base64, also inside of a longer text
/// that is Base64 (``Base64Parts``), and finds them also behind the escapes of JSON, Go, YAML, HTML and URLs
/// (``UnescapedText``). It masks by pattern what looks like a credential:
/// user info in URLs, `Authorization:` headers, `token=` parameters.
package final class Redactor: Sendable {
    /// The redactor of this process.
    package static let shared = Redactor(hidesCommonWords: false)

    /// What stands in the place of a secret.
    package static let mask = "••••••"

    /// Stands behind a text in which a hidden value is another one than before.
    package static let changedMark = " (changed)"

    /// The mask of a value that is another one than before.
    package static let changedMask = mask + changedMark

    private let secrets = Mutex(SecretMemory())
    private let hidesCommonWords: Bool
    /// Whether the process is about to end.
    private let isHurried = Atomic<Bool>(false)

    /// A redactor without any secrets yet.
    ///
    /// - Parameter hidesCommonWords: Whether it masks a Secret's value such as `true` or `test` too. Right for texts about
    ///   that very Secret; everywhere else it would make texts unreadable and tell nobody anything.
    package init(hidesCommonWords: Bool = true) { self.hidesCommonWords = hidesCommonWords }

    /// Longer texts are hidden as a whole once the process is about to end.
    private static let maxHurriedBytes = 64 << 10

    /// Hides long texts as a whole from now on: the process is about to end, and the search in a text of a megabyte cannot be
    /// stopped.
    package func hurry() { isHurried.store(true, ordering: .relaxed) }

    /// Whether texts of so many bytes together are hidden without a look.
    func isHidden(bytes: Int) -> Bool { bytes > Redactor.maxHurriedBytes && isHurried.load(ordering: .relaxed) }

    /// So many texts of one value are remembered.
    private static let maxTexts = 4096

    /// Longer ones of `data` are not looked for in Base64 once more.
    private static let maxEncodedBytes = 1024

    /// Remembers a secret's value. Texts shorter than four bytes are not registered: masking them would garble all.
    package func register(_ secret: String) {
        guard secret.utf8.count >= KnownSecrets.minBytes else { return }
        let bytes = Array(secret.utf8)
        register([secret, Base64.text(of: bytes)], of: secret, inBase64: Base64Parts.all(of: bytes))
    }

    /// Remembers a value as it stands in `data`: a long one in this form alone.
    private func register(encoded text: String) {
        guard text.utf8.count >= KnownSecrets.minBytes else { return }
        let isShort = text.utf8.count <= Redactor.maxEncodedBytes
        register(isShort ? [text, Base64.text(of: Array(text.utf8))] : [text], of: text)
    }

    /// `secret` is what gives lines of its own; empty for none. `parts` are what it is inside of longer texts.
    private func register(_ forms: [String], of secret: String, inBase64 parts: [[UInt8]] = []) {
        let lines = secret.utf8.split { $0 == 0x0A || $0 == 0x0D }.filter { $0.count >= 16 }
        secrets.withLock { known in
            for form in forms { known.lasting.insert(form.utf8) }
            for line in lines { known.lasting.insert(line) }
            for part in parts { known.lasting.insert(part: part) }
        }
    }

    /// Remembers a token that lives for minutes, until there were many newer ones. Of these there is no end, while what
    /// is registered for good is never forgotten. Texts shorter than eight bytes are not registered.
    package func register(shortLived token: String) {
        guard token.utf8.count >= 8 else { return }
        secrets.withLock { $0.insert(token: token.utf8) }
    }

    /// Registers a value of a Secret, also without the line breaks at its end, and each ``SecretLeaf`` in it. A
    /// ``PlainWord``, which texts of all kinds hold by chance, only in Base64, unless common words are to be hidden too.
    private func register(value: String) {
        var room = Redactor.maxTexts
        remember(value)
        registerLeaves(of: value, levels: 2, room: &room)
    }

    /// Remembers one text as it is, without what is in it.
    private func remember(_ value: String) {
        let text = Redactor.trimmed(value)
        let isCommon = !hidesCommonWords && PlainWord.matches(text)
        for form in text.utf8.count == value.utf8.count ? [value] : [text, value] {
            if !isCommon {
                register(form)
            } else if form.utf8.count >= KnownSecrets.minBytes {
                register([Base64.text(of: Array(form.utf8))], of: "")
            }
        }
    }

    /// Remembers what is in a text, and then what is in that, so many `levels` deep, as long as there is `room` for so many
    /// texts.
    private func registerLeaves(of value: String, levels: Int, room: inout Int) {
        guard levels > 0 else { return }
        let leaves = SecretLeaf.all(of: Redactor.trimmed(value)).filter {
            hidesCommonWords || $0.isTelling || !CredentialLook.isCommon($0.text)
        }
        for leaf in leaves where room > 0 {
            room -= 1
            remember(leaf.text)
        }
        for leaf in leaves where room > 0 { registerLeaves(of: leaf.text, levels: levels - 1, room: &room) }
    }

    /// The text without the line breaks at its end.
    private static func trimmed(_ value: String) -> String {
        let end = value.utf8.lastIndex { $0 != 0x0A && $0 != 0x0D }
        return end.map { String(decoding: value.utf8[...$0], as: UTF8.self) } ?? value
    }

    /// Remembers which values of some Secrets are none.
    package func allow(_ keys: PublicKeys) { secrets.withLock { $0.allow(keys) } }

    /// Registers every value of a Secret's `data` (decoded and as written) and `stringData`, but for those that were
    /// allowed.
    package func register(secretObject object: KubeObject) {
        guard object.gvk.groupKind.isSecret else { return }
        let shown = secrets.withLock { $0.publicKeys }.filter { $0.isOf(object) }
        register(secret: object.json) { key in shown.contains { $0.keys.contains(key) } }
    }

    /// Registers every value of `data` and `stringData`, also of a Secret that has mistakes.
    ///
    /// - Parameters:
    ///   - json: A Secret, whole or not.
    ///   - isPublic: Whether the value of a key of `data` is none.
    package func register(secret json: JSON, except isPublic: (String) -> Bool = { _ in false }) {
        for member in json["data"]?.object ?? JSONObject() where !isPublic(member.key) {
            guard let text = member.value.string else {
                register(number: member.value)
                continue
            }
            register(encoded: text)
            if let bytes = Base64.bytes(of: text, padding: .optional),
                let plain = String(validating: bytes, as: UTF8.self)
            {
                register(value: plain)
            }
        }
        for member in json["stringData"]?.object ?? JSONObject() {
            if let text = member.value.string { register(value: text) } else { register(number: member.value) }
        }
    }

    /// A value of a Secret with the mistake that it is no text.
    private func register(number: JSON) {
        if let text = number.longNumber { register(text) }
    }

    /// What kind of text is masked: a document is masked in more forms than a sentence could stand.
    package enum Form: Sendable, Hashable {
        /// A line for people: an error, a log line, a commit's subject.
        case message
        /// A value of an object: a configuration file, the options of a command.
        case document
    }

    /// Remembers names that stand in git in clear: a Secret's value that is such a name is not hidden where it stands as
    /// one, unless it looks like a credential. Names of objects that people sync, never values.
    package func allow(names: some Sequence<String>) {
        secrets.withLock { known in for name in names { known.lasting.allow(name) } }
    }

    /// Remembers paths of files in git: what a Secret holds is not hidden inside of them. A file's or folder's name alone
    /// is hidden as any text.
    package func allow(paths: some Sequence<String>) {
        secrets.withLock { known in for path in paths { known.lasting.allow(path: path) } }
    }

    /// The text with every known secret and everything shaped like a credential masked. Takes time in proportion to the
    /// text, whatever stands in it.
    package func redact(_ text: String, as form: Form = .message) -> String {
        MaskedText(text, hiding: ranges(in: text, as: form)).text
    }

    /// The text with every known secret masked, and nothing else: for text that is masked again once its white space has
    /// changed.
    package func redactKnown(_ text: String) -> String {
        if isHidden(bytes: text.utf8.count) { return Redactor.mask }
        var bytes = text
        let ranges = bytes.withUTF8 { SecretMemory.ranges(in: $0, knownTo: [known]) }
        return MaskedText(text, hiding: ranges).text
    }

    /// Where in a text stands what is to be masked: ranges of its UTF-8 bytes, ascending and apart.
    ///
    /// - Parameters:
    ///   - text: May be of any length.
    ///   - form: What kind of text it is.
    ///   - other: Knows further secrets.
    /// - Returns: The places of known secrets and of what is shaped like a credential.
    func ranges(in text: String, as form: Form, and other: Redactor? = nil) -> [Range<Int>] {
        if isHidden(bytes: text.utf8.count) { return [0..<text.utf8.count] }
        let memories = [known, other?.known].compactMap { $0 }
        var text = text
        return text.withUTF8 { bytes in
            let shaped = CredentialShapes.ranges(in: bytes, form: form, besides: memories.map(\.lasting.names))
            return Redactor.merged(shaped, SecretMemory.ranges(in: bytes, knownTo: memories))
        }
    }

    private var known: SecretMemory { secrets.withLock { $0 } }

    /// A masked text with the mark of the one that it was made of, if that mark was taken for a part of a secret, or cut
    /// off.
    package static func keepingMark(of text: String, in shown: String) -> String {
        text.contains(changedMark) && !shown.contains(changedMark) ? shown + changedMark : shown
    }

    /// Two lists of ranges, each ascending and apart, as one; ranges that overlap become one.
    static func merged(_ left: [Range<Int>], _ right: [Range<Int>]) -> [Range<Int>] {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        var result: [Range<Int>] = []
        for range in (left + right).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, last.upperBound > range.lowerBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}

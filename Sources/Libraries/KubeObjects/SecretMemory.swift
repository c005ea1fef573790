// SPDX-License-Identifier: Apache-2.0

/// Keys of `data` that hold no secrets, in the Secrets that have a label and a name of a certain beginning.
package struct PublicKeys: Sendable, Hashable {
    let label: String
    let namePrefix: String
    let keys: Set<String>

    /// - Parameters:
    ///   - keys: Whose values may be shown.
    ///   - label: The label that the Secrets have, with any value.
    ///   - namePrefix: How their names begin.
    package init(_ keys: Set<String>, label: String, namePrefix: String) {
        self.keys = keys
        self.label = label
        self.namePrefix = namePrefix
    }

    func isOf(_ object: KubeObject) -> Bool {
        object.name.utf8.starts(with: namePrefix.utf8) && object.label(label) != nil
    }
}

/// What a redactor knows: secrets for as long as the process lives, and the latest of the tokens that live for minutes.
struct SecretMemory: Sendable {
    /// So many of the latest tokens are known at least, and twice as many at most.
    static let minTokens = 256

    /// Never forgotten; also has the names that may be shown.
    var lasting = KnownSecrets()
    private var recent = KnownSecrets()
    private var older = KnownSecrets()
    private var recentCount = 0
    private(set) var publicKeys: Set<PublicKeys> = []

    mutating func allow(_ keys: PublicKeys) { publicKeys.insert(keys) }

    mutating func insert(token: some Collection<UInt8>) {
        if recentCount >= Self.minTokens {
            older = recent
            recent = KnownSecrets()
            recentCount = 0
        }
        let before = recent.count
        recent.insert(token)
        // One that is known already takes no room.
        if recent.count > before { recentCount += 1 }
    }

    private var isEmpty: Bool { lasting.isEmpty && recent.isEmpty && older.isEmpty }

    /// Where in a text stands what is known, as it is or quoted in another format; ascending and apart.
    ///
    /// - Parameters:
    ///   - bytes: A text.
    ///   - memories: What is known.
    /// - Returns: The places.
    static func ranges<Bytes: RandomAccessCollection>(in bytes: Bytes, knownTo memories: [SecretMemory]) -> [Range<Int>]
    where Bytes.Element == UInt8, Bytes.Index == Int {
        let memories = memories.filter { !$0.isEmpty }
        guard !memories.isEmpty else { return [] }
        var found = verbatim(in: bytes, knownTo: memories)
        UnescapedText.forEach(of: bytes) { text in
            let quoted = text.sources(of: verbatim(in: text.bytes, knownTo: memories))
            found = Redactor.merged(found, quoted)
        }
        return found
    }

    private static func verbatim<Bytes: RandomAccessCollection>(
        in bytes: Bytes,
        knownTo memories: [SecretMemory]
    ) -> [Range<Int>] where Bytes.Element == UInt8, Bytes.Index == Int {
        memories.reduce([]) { found, memory in Redactor.merged(found, memory.verbatim(in: bytes)) }
    }

    private func verbatim<Bytes: RandomAccessCollection>(in bytes: Bytes) -> [Range<Int>]
    where Bytes.Element == UInt8, Bytes.Index == Int {
        [recent, older].reduce(lasting.ranges(in: bytes)) { found, tokens in
            Redactor.merged(found, tokens.ranges(in: bytes, besides: lasting.names))
        }
    }
}

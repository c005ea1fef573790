// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import PlainText
import SyncLook

/// What people have ordered about a project. It stands beside the inventory in the cluster, so that every operator, on
/// whatever data folder, follows it.
///
/// Compact JSON, in which fields that this version does not know stay as they are:
/// `{"suspension":{"person":"ada@laptop","text":"holiday","at":"2026-01-01T00:00:00Z"},"approval":null,"images":[…]}`,
/// where an item of `images` has the same fields, with `workload` and `order`.
package struct StandingOrders: Sendable, Hashable {
    /// The key in the parent Secret's `data`.
    package static let key = InventoryStore.ordersKey
    /// The most bytes of the document; it stands in one Secret with the inventory.
    static let maxBytes = 64 << 10

    /// What a person ordered, who, and when.
    package struct Word: Sendable, Hashable {
        package let person: String
        /// Why; for an approval the hash of what was approved.
        package let text: String
        /// RFC 3339.
        package let at: String

        package init(person: String, text: String, at: String) {
            self.person = person
            self.text = text
            self.at = at
        }
    }

    /// The state of one order: it was never given, it was withdrawn, or it holds.
    package enum Order: Sendable, Hashable {
        case never
        case ended
        case holds(Word)

        /// What was ordered, while it holds.
        package var word: Word? { if case .holds(let word) = self { word } else { nil } }
    }

    private var document: JSONObject

    /// Nothing was ordered yet.
    package init() { document = JSONObject() }

    /// Reads the orders from the parent of a project; none for a parent without the key.
    ///
    /// - Throws: ``InventoryError`` with reason `corruptInventory` when they cannot be read: then nothing may be changed,
    ///   because they may forbid it.
    package init(parent: KubeObject?) throws(InventoryError) {
        self.init()
        guard let stored = parent?.json["data"]?[StandingOrders.key], !stored.isNull else { return }
        guard let text = stored.string, let bytes = Base64.bytes(of: text, padding: .optional) else {
            throw StandingOrders.corrupt("it is no base64 text")
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSONParser.parse(bytes, limits: .init(maxDepth: 8, maxBytes: StandingOrders.maxBytes))
        } catch {
            throw StandingOrders.corrupt("\(error)")
        }
        guard let object = json.object else { throw StandingOrders.corrupt("it is no map") }
        document = object
        suspension = try order(.suspension)
        approval = try order(.approval)
        images = try ImageWord.words(in: document)
        if let json = document[HeldPrune.key], !json.isNull { held = try HeldPrune(json) }
    }

    /// Whether the project is suspended; the text says why.
    package private(set) var suspension = Order.never
    /// The prune that a person approved; the text is its hash.
    package private(set) var approval = Order.never
    /// What was ordered last about the image rollouts of a workload, for each that an order was ever given for.
    package private(set) var images: [ObjectID: ImageWord] = [:]

    /// The prune that is held now; nil when none is, or when that is not known.
    package private(set) var held: HeldPrune?

    private enum Key: String { case suspension, approval }

    private func order(_ key: Key) throws(InventoryError) -> Order {
        guard let value = document[key.rawValue] else { return .never }
        if value.isNull { return .ended }
        guard let word = Word(value) else {
            throw StandingOrders.corrupt("\(key.rawValue) has no person, text or time")
        }
        return .holds(word)
    }

    /// Suspends or resumes the project.
    package mutating func suspend(_ word: Word?) {
        suspension = word.map(Order.holds) ?? .ended
        set(.suspension, word)
    }

    /// Approves a prune, or withdraws the approval.
    package mutating func approve(_ word: Word?) {
        approval = word.map(Order.holds) ?? .ended
        set(.approval, word)
    }

    /// Stores the prune that is held, or that none is.
    package mutating func hold(_ prune: HeldPrune?) {
        held = prune
        document[HeldPrune.key] = prune?.json
    }

    /// Stops a workload's image rollouts, or allows them again.
    package mutating func order(_ order: ImageWord, of workload: ObjectID) {
        images[workload] = order
        document[ImageWord.key] = ImageWord.items(images)
    }

    private mutating func set(_ key: Key, _ word: Word?) {
        document[key.rawValue] = word.map { .object($0.members) } ?? .null
    }

    /// The parent with these orders in it. Of a held prune only as much as fits: what people ordered goes first.
    ///
    /// - Throws: ``InventoryError`` with reason `inventoryTooLarge`.
    func written(into parent: KubeObject) throws(InventoryError) -> KubeObject {
        var json = parent.json
        var orders = self
        var bytes = JSON.object(orders.document).serialized()
        while bytes.count > StandingOrders.maxBytes, let shorter = orders.held?.shortened {
            orders.hold(shorter)
            bytes = JSON.object(orders.document).serialized()
        }
        guard bytes.count <= StandingOrders.maxBytes else {
            throw InventoryError(
                .inventoryTooLarge,
                "what people ordered about this project would take \(bytes.count) bytes, more than the"
                    + " \(StandingOrders.maxBytes) that fit beside its inventory; nothing is written; release image holds that"
                    + " are not needed, or split the project"
            )
        }
        json[["data", StandingOrders.key]] = .string(Base64.text(of: bytes))
        do throws(KubeObjectError) { return try KubeObject(json) } catch { throw StandingOrders.corrupt("\(error)") }
    }

    static func corrupt(_ problem: String) -> InventoryError {
        InventoryError(
            .corruptInventory,
            "what people ordered about this project (key \(key) of its inventory's Secret) cannot be read: \(problem); nothing"
                + " is changed; correct the key, or remove it and give the orders again"
        )
    }
}

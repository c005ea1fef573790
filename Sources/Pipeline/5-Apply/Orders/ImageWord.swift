// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension StandingOrders {
    /// A person's order about the image rollouts of one workload, as it is stored in the cluster; the history's form is
    /// `ImageOrder`.
    package struct ImageWord: Sendable, Hashable {
        /// The key of all workloads' orders in the document.
        static let key = "images"
        /// How many releases are kept; they only matter to a workload whose image has failed. Holds are all kept.
        private static let maxReleases = 100

        /// Whether rollouts stop; otherwise they are allowed again, also of what has failed.
        package let isHold: Bool
        /// Who, why and when.
        package let word: Word

        package init(isHold: Bool, word: Word) {
            self.isHold = isHold
            self.word = word
        }

        /// Reads the orders of all workloads.
        ///
        /// - Throws: ``InventoryError`` with reason `corruptInventory` when one of them cannot be read: it may be a hold.
        static func words(in document: JSONObject) throws(InventoryError) -> [ObjectID: ImageWord] {
            guard let stored = document[key], !stored.isNull else { return [:] }
            guard let items = stored.array else { throw StandingOrders.corrupt("\(key) is no list") }
            var words: [ObjectID: ImageWord] = [:]
            for item in items {
                guard let workload = item["workload"].flatMap(ObjectID.init(order:)), let word = Word(item),
                    let order = item["order"]?.string, ["hold", "release"].contains(order)
                else {
                    throw StandingOrders.corrupt("an item of \(key) has no workload, order, person, text or time")
                }
                words[workload] = ImageWord(isHold: order == "hold", word: word)
            }
            return words
        }

        /// The document's list, by workload; of releases the newest.
        static func items(_ words: [ObjectID: ImageWord]) -> JSON {
            let released = words.filter { !$0.value.isHold }.sorted { $0.value.word.at > $1.value.word.at }
            let forgotten = Set(released.dropFirst(maxReleases).map(\.key))
            let kept = words.filter { !forgotten.contains($0.key) }.sorted { $0.key < $1.key }
            return .array(
                kept.map { workload, image in
                    var members = image.word.members
                    members["workload"] = workload.order
                    members["order"] = image.isHold ? "hold" : "release"
                    return .object(members)
                }
            )
        }
    }
}

extension StandingOrders.Word {
    /// Reads an order; nil when a part of it is missing.
    init?(_ json: JSON) {
        guard let person = json["person"]?.string, let text = json["text"]?.string, let at = json["at"]?.string
        else { return nil }
        self.init(person: person, text: text, at: at)
    }

    /// The order as it is stored.
    var members: JSONObject {
        JSONObject([
            .init(key: "at", value: .string(at)), .init(key: "person", value: .string(person)),
            .init(key: "text", value: .string(text)),
        ])
    }
}

// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// The managers of one object and what each owns: `metadata.managedFields`, taken apart.
struct FieldManagers {
    /// What makes two entries the same manager. The version of an applier does not count.
    struct Key: Hashable, Comparable {
        let manager: String
        let operation: ManagedFieldsEntry.Operation
        /// Empty for appliers.
        let apiVersion: String
        let subresource: String

        init(manager: String, operation: ManagedFieldsEntry.Operation, apiVersion: String, subresource: String) {
            self.manager = manager
            self.operation = operation
            self.apiVersion = operation == .apply ? "" : apiVersion
            self.subresource = subresource
        }

        static func < (left: Key, right: Key) -> Bool { left.sortText.precedesInByteOrder(right.sortText) }

        private var sortText: String {
            [manager, operation.rawValue, apiVersion, subresource].joined(separator: "\u{1}")
        }
    }

    /// What one manager owns.
    struct Entry {
        var fields: FieldSet
        var apiVersion: String
        var time: String
    }

    /// More update managers than this are merged into one.
    static let maxUpdateManagers = 10

    var entries: [Key: Entry] = [:]

    /// No managers.
    init() {}

    /// Reads `metadata.managedFields`; nil when an entry cannot be understood.
    init?(_ json: JSON?) {
        for element in json?.array ?? [] {
            guard let entry = ManagedFieldsEntry(element), !entry.apiVersion.isEmpty,
                element["fieldsType"]?.string == "FieldsV1"
            else { return nil }
            let key = Key(
                manager: entry.manager,
                operation: entry.operation,
                apiVersion: entry.apiVersion,
                subresource: entry.subresource
            )
            entries[key] = Entry(fields: entry.fields, apiVersion: entry.apiVersion, time: entry.time)
        }
    }

    /// The value of `metadata.managedFields` in the server's order: appliers first, then by time and name; nil for none.
    var json: JSON? {
        guard !entries.isEmpty else { return nil }
        let sorted = entries.map { key, entry in
            ManagedFieldsEntry(
                manager: key.manager,
                operation: key.operation,
                apiVersion: entry.apiVersion,
                time: entry.time,
                subresource: key.subresource,
                fields: entry.fields
            )
        }
        .sorted { FieldManagers.sortKey($0).lexicographicallyPrecedes(FieldManagers.sortKey($1)) }
        return .array(sorted.map(\.json))
    }

    private static func sortKey(_ entry: ManagedFieldsEntry) -> [String] {
        [entry.operation.rawValue, entry.time, entry.manager, entry.apiVersion, entry.subresource]
    }

    /// Everything that any manager owns.
    var all: FieldSet { entries.values.reduce(FieldSet()) { $0.union($1.fields) } }

    /// Takes fields from every manager but `writer`; managers left with nothing are dropped.
    mutating func take(_ fields: FieldSet, exceptFrom writer: Key) {
        for (key, entry) in entries where key != writer {
            let rest = entry.fields.subtracting(fields)
            if rest.isEmpty { entries[key] = nil } else { entries[key]?.fields = rest }
        }
    }

    /// Gives the writer exactly these fields; an empty set drops it.
    mutating func set(_ fields: FieldSet, of writer: Key, apiVersion: String, time: String) {
        entries[writer] = fields.isEmpty ? nil : Entry(fields: fields, apiVersion: apiVersion, time: time)
    }

    /// Merges the oldest update managers into `ancient-changes` until no more than the limit are left.
    mutating func capUpdateManagers() {
        let oldest = entries.filter { $0.key.operation == .update }
            .sorted { ($0.value.time, $0.key) < ($1.value.time, $1.key) }
        var excess = oldest.count - FieldManagers.maxUpdateManagers
        var firstOfVersion: [String: Key] = [:]
        for (key, entry) in oldest where excess > 0 {
            let bucket = Key(
                manager: "ancient-changes",
                operation: .update,
                apiVersion: entry.apiVersion,
                subresource: ""
            )
            guard let first = firstOfVersion[entry.apiVersion] else {
                firstOfVersion[entry.apiVersion] = key
                continue
            }
            if entries[bucket] == nil {
                entries[bucket] = entries[first]
                entries[first] = nil
            }
            if let merged = entries[bucket]?.fields.union(entry.fields) {
                entries[bucket] = Entry(fields: merged, apiVersion: entry.apiVersion, time: entry.time)
            }
            if key != bucket { entries[key] = nil }
            excess -= 1
        }
    }
}

/// Fields that managers never own.
enum UnownedFields {
    /// Identity and what the server itself writes.
    static let stripped: FieldSet = {
        var set = FieldSet()
        set.insert([.field("apiVersion")])
        set.insert([.field("kind")])
        set.insert([.field("metadata")])
        for name in [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion",
        ] {
            set.insert([.field("metadata"), .field(name)])
        }
        return set
    }()

    /// Fields that a write through this endpoint cannot change, so nobody comes to own them by it.
    static func reset(schema: KindSchema, subresource: String) -> FieldSet {
        var set = FieldSet()
        if subresource == "status" {
            set.insert([.field("spec")])
            if schema.isCustom {
                set.insert([.field("metadata")])
            } else {
                set.insert([.field("metadata"), .field("labels")])
            }
        } else if schema.hasStatusSubresource {
            set.insert([.field("status")])
        }
        return set
    }
}

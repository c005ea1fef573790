// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// How a deletion treats the objects that the deleted one owns.
package enum DeletionPropagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

extension LocalClient {
    /// Creates an object and returns it as stored.
    ///
    /// - Throws: ``StatusError`` exactly as over the network: `AlreadyExists`, `NotFound` for its namespace, `Invalid`.
    @discardableResult
    package func create(_ object: JSON) throws(StatusError) -> KubeObject {
        let (resource, parsed) = try resolve(object)
        var stored = parsed
        stored.json[["metadata", "uid"]] = .string(UUID().uuidString.lowercased())
        stored.json[["metadata", "creationTimestamp"]] = .string(ServerTime.now())
        if resource.hasGeneration { stored.json[["metadata", "generation"]] = 1 }
        let key = resource.key(namespace: stored.namespace, name: stored.name)
        do throws(StoreError) {
            return try store.create(stored, at: key)
        } catch {
            throw .alreadyExists(resource.groupResource, stored.name)
        }
    }

    /// Changes an object in place: reads it, applies `change` and writes it, again from the start when somebody else wrote
    /// in between. A change that changes nothing is not written.
    ///
    /// - Parameters:
    ///   - key: Where the object is.
    ///   - subresource: `status` writes only `status`; empty writes all but `status`, where the kind has a status
    ///     subresource.
    ///   - change: Called once per attempt with the object as stored.
    /// - Returns: The object as stored; nil when there is none.
    /// - Throws: ``StatusError`` when the changed object is refused.
    @discardableResult
    package func mutate(
        _ key: ObjectKey,
        subresource: String = "",
        _ change: (inout JSON) -> Void
    ) throws(StatusError) -> KubeObject? {
        while let current = store.object(key) {
            var json = current.json
            change(&json)
            if json == current.json { return current }
            guard var next = try? KubeObject(json) else { throw .internalError("a controller broke the object") }
            if subresource.isEmpty, next.spec != current.spec, let generation = current.generation {
                next.json[["metadata", "generation"]] = .int(generation + 1)
            }
            do throws(StoreError) {
                return try store.replace(current, with: next, at: key)
            } catch {
                continue
            }
        }
        return nil
    }

    /// Deletes an object: at once, or by setting its deletionTimestamp while finalizers are left.
    ///
    /// An object that is not there, or is another one than `uid`, is no error: nothing happens.
    package func delete(
        _ key: ObjectKey,
        uid: String? = nil,
        propagation: DeletionPropagation = .background
    ) throws(StatusError) {
        while let current = store.object(key) {
            if let uid, current.uid != uid { return }
            do throws(StoreError) {
                try store.remove(current, at: key)
                return
            } catch {
                continue
            }
        }
    }

    private func resolve(_ object: JSON) throws(StatusError) -> (RegisteredResource, KubeObject) {
        let parsed: KubeObject
        do throws(KubeObjectError) {
            parsed = try KubeObject(object)
        } catch {
            throw .badRequest("\(error)")
        }
        guard let resource = resources.resource(parsed.gvk) else { throw .noSuchPath }
        return (resource, parsed)
    }
}

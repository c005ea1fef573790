// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects
import Synchronization

/// The resources that the cluster serves: the built-in ones and those of established CustomResourceDefinitions.
package final class ResourceRegistry: Sendable {
    private struct State: Sendable {
        var builtIn: [RegisteredResource]
        /// By CRD name; one entry per served version, the preferred one first.
        var custom: [String: [RegisteredResource]] = [:]
        var byPath: [String: RegisteredResource] = [:]
        var byKind: [GroupVersionKind: RegisteredResource] = [:]
        var generation = 0

        mutating func index() {
            byPath = [:]
            byKind = [:]
            for resource in builtIn + custom.sorted(by: { $0.key < $1.key }).flatMap(\.value) {
                byPath["\(resource.gvk.apiVersion)/\(resource.plural)"] = resource
                if byKind[resource.gvk] == nil { byKind[resource.gvk] = resource }
            }
            generation += 1
        }
    }

    private let state: Mutex<State>

    /// A registry that serves `builtIn`, in the order in which discovery lists them.
    package init(builtIn: [RegisteredResource]) {
        var state = State(builtIn: builtIn)
        state.index()
        self.state = Mutex(state)
    }

    /// The resource of a path such as `apps/v1` + `deployments`; nil when it is not served.
    package func resource(apiVersion: String, plural: String) -> RegisteredResource? {
        state.withLock { $0.byPath["\(apiVersion)/\(plural)"] }
    }

    /// The resource of a kind in exactly this version; nil when it is not served.
    package func resource(_ gvk: GroupVersionKind) -> RegisteredResource? {
        state.withLock { $0.byKind[gvk] }
    }

    /// The resource that keeps the objects of a table: the storage version's, or any served one.
    package func storageResource(_ resource: GroupResource) -> RegisteredResource? {
        state.withLock { state in
            let served = state.byPath.values.filter { $0.groupResource == resource }
            return served.first { $0.storageVersion == $0.gvk.version } ?? served.first
        }
    }

    /// All served resources: the built-in ones in discovery's order, then those of CRDs by the CRD's name.
    package var all: [RegisteredResource] {
        state.withLock { $0.builtIn + $0.custom.sorted { $0.key < $1.key }.flatMap(\.value) }
    }

    /// Counts the changes of the registry, for hashes and caches of what is derived from it.
    package var generation: Int { state.withLock { $0.generation } }

    /// Serves the versions of a CustomResourceDefinition, in place of what it served before; none takes it away.
    package func serve(_ resources: [RegisteredResource], of definition: String) {
        state.withLock { state in
            state.custom[definition] = resources.isEmpty ? nil : resources
            state.index()
        }
    }
}

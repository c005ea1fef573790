// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects
import SyncImages
import SyncLook
import SyncPlan
import SyncSource

/// What one project asks for: the content of a `Project` document (`sternpost.dev/v1alpha1`).
package struct Project: Sendable, Hashable {
    /// A DNS label; names the inventory's parent and the rows of the history.
    package var name: String
    /// Where the project's own objects (the inventory) live.
    package var namespace: String
    package var source: RepositorySpec
    /// Whether a branch that was rewritten or set back halts the project instead of being followed.
    package var requiresFastForward: Bool
    /// How often the repository is polled and the cluster compared.
    package var interval: Duration
    package var credentials: CredentialsSource?
    package var policy: PlanPolicy
    /// How long a pass waits for its objects to become healthy; zero does not wait.
    package var healthTimeout: Duration
    package var images: ImagePolicy
    package var isSuspended: Bool

    /// Where git credentials come from.
    package enum CredentialsSource: Sendable, Hashable {
        /// A Secret in the project's namespace.
        case secret(name: String)
        /// A folder with files named as the Secret's keys would be.
        case folder(String)
    }

    package init(name: String, namespace: String, source: RepositorySpec) {
        self.name = name
        self.namespace = namespace
        self.source = source
        requiresFastForward = false
        interval = .seconds(30)
        credentials = nil
        policy = PlanPolicy()
        healthTimeout = .seconds(300)
        images = ImagePolicy()
        isSuspended = false
    }

    /// The parent of the project's objects.
    package var applySet: ApplySet { ApplySet(project: name, namespace: namespace) }

    /// Whether the commit that is followed is written down in the cluster: where later ones may be refused because of it (a tag
    /// that was moved, a branch that went back although the project forbids it), and where a person has named it, which ends
    /// such a refusal for every data folder.
    package var remembersCommit: Bool {
        switch source.ref {
        case .branch: requiresFastForward
        case .tag, .semver, .commit: true
        }
    }

    /// The Secret of its git credentials; nil when they come from elsewhere.
    package var credentialsSecret: ObjectID? {
        guard case .secret(let secret) = credentials else { return nil }
        return ObjectID(group: "", kind: "Secret", namespace: namespace, name: secret)
    }
}

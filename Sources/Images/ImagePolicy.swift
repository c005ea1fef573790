// SPDX-License-Identifier: Apache-2.0
import SyncPlan

/// How workloads on moving tags are treated.
package struct ImagePolicy: Sendable, Hashable {
    /// Whether containers on moving tags are followed at all, where no annotation says otherwise.
    package var rollLatest = true
    /// The tags that move.
    package var tags: [TagPattern] = TagPattern("latest").map { [$0] } ?? []
    /// How often each image is asked for.
    package var interval: Duration = .seconds(60)
    /// Whether a rollout that fails is taken back.
    package var undo = true
    /// The most workloads that roll at the same time.
    package var maxConcurrent = 3
    /// When rollouts may begin; empty for always. Undoing never waits.
    package var windows: [RolloutWindow] = []
    /// What is special about single registries, by their host as images name it.
    package var registries: [String: RegistryChoice] = [:]

    package init() {}
}

/// What is special about a registry.
package struct RegistryChoice: Sendable, Hashable {
    /// Asked before the registry itself, in this order: hosts, or URLs.
    package var mirrors: [String] = []
    /// PEM authorities that replace the system's.
    package var authorities: String?
    /// Whether it may be asked without TLS.
    package var isInsecure = false

    package init() {}
}

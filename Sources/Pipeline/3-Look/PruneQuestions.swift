// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What a plan has to know of the cluster before anything is deleted, beside what every pass reads.
package struct PruneQuestions: Sendable {
    /// Namespaces and definitions of which it has to be known what they hold.
    package let containers: [ObjectID]
    /// Whether it matters which Namespaces and definitions others own.
    package let ownedContainers: Bool
    /// Owners of which it has to be known what owns them.
    package let owners: [OwnerLink]

    package init(containers: [ObjectID], ownedContainers: Bool, owners: [OwnerLink]) {
        self.containers = containers
        self.ownedContainers = ownedContainers
        self.owners = owners
    }

    package var isEmpty: Bool { containers.isEmpty && !ownedContainers && owners.isEmpty }
}

extension LiveReader {
    /// What was read already, and the answers; nothing is asked for a second time because of them.
    ///
    /// - Parameters:
    ///   - questions: What a plan of `live` asks for.
    ///   - live: What was read already.
    ///   - witnesses: What single objects in a container say against its deletion.
    /// - Returns: The set with which the next plan is made.
    package func answer(
        _ questions: PruneQuestions,
        in live: LiveSet,
        witnesses: @escaping ContainerContents.Witnesses
    ) async -> LiveSet {
        var answered = live
        if questions.ownedContainers { answered.ownedContainers = await ownedContainers(in: live) }
        if !questions.containers.isEmpty {
            answered.contents.merge(await contents(of: questions.containers, in: live, witnesses: witnesses)) { $1 }
            answered.askedContainers.formUnion(questions.containers)
        }
        if !questions.owners.isEmpty {
            answered.ancestors.merge(await ancestors(of: questions.owners, in: live)) { $1 }
        }
        return answered
    }
}

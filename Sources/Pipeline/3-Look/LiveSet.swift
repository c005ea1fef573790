// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the cluster has, as far as it could be read: the second input of a plan.
package struct LiveSet: Sendable {
    package let catalog: APICatalog
    /// Objects that were found, by identity. Holds every object with our ApplySet label, and every rendered object that
    /// exists without it.
    package let objects: [ObjectID: LiveObject]
    /// Kinds whose list could not be read completely, with the reason. Nothing of such a kind may be pruned or counted
    /// as missing.
    package let unreadable: [GroupKind: String]
    /// Kinds of the inventory that discovery does not show and of which no definition exists any more: confirmed, so
    /// their objects are gone with them.
    package let undefined: Set<GroupKind>
    /// By id, the names of the ApplySets of others whose label objects have; without those that could not be found.
    package let owners: [String: String]
    /// Objects that were healthy when they were read, if the reader was asked to judge that; so a pass that writes
    /// nothing need not read them again.
    package let well: Set<ObjectID>
    /// Kinds of which only the namespaces of known objects could be read: others of ours may be elsewhere.
    package let narrowed: Set<GroupKind>
    /// What the Namespaces and definitions that a plan would delete hold, ours or not; without those that were not
    /// looked through.
    package var contents: [ObjectID: ContainerContents] = [:]
    /// Those that a plan has asked for, also the ones that were not looked through.
    package var askedContainers: Set<ObjectID> = []
    /// Owners that are not among `objects`, as far as a plan has asked for them.
    package var ancestors: [OwnerLink.Owner: Ancestor] = [:]
    /// What others own of what takes other objects along.
    package var ownedContainers = OwnedContainers.unasked

    package init(
        catalog: APICatalog,
        objects: [ObjectID: LiveObject],
        unreadable: [GroupKind: String],
        undefined: Set<GroupKind> = [],
        owners: [String: String] = [:],
        well: Set<ObjectID> = [],
        narrowed: Set<GroupKind> = []
    ) {
        self.narrowed = narrowed
        self.well = well
        self.catalog = catalog
        self.objects = objects
        self.unreadable = unreadable
        self.undefined = undefined
        self.owners = owners
    }
}

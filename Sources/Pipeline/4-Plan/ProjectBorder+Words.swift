// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the operator's words mean to this API server.
extension ProjectBorder {
    /// A forbidden kind that the API server does not have although it has one that must be meant: the plural is written, or the
    /// group is missing. As it stands it would forbid nothing. A kind that is like none may be defined later.
    ///
    /// - Parameter catalog: The kinds that the API server has.
    /// - Returns: The first one in ascending order, and what it should be; nil when all are right, or the project may cross the
    ///   border.
    package func misspeltKind(in catalog: APICatalog) -> (written: GroupKind, meant: GroupKind)? {
        guard !isOwnProject else { return nil }
        for written in forbiddenKinds.sorted() {
            guard case .unknown = catalog.lookup(written) else { continue }
            guard let meant = catalog.resource(named: written.kind)?.gvk.groupKind else { continue }
            if written.group.isEmpty || written.group == meant.group { return (written, meant) }
        }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How a deletion treats the objects that the deleted one owns.
package enum DeletionPropagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

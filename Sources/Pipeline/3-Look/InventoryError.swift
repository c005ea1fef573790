// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// Why a project's inventory could not be read or written. Failures of single objects are outcomes, not errors.
package struct InventoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Sendable, Hashable {
        /// The parent exists and belongs to another tool, to another project, or has no owner.
        case foreignParent
        /// The parent's kind cannot hold an inventory.
        case unsupportedParent
        /// The stored inventory is not of the form that we write.
        case corruptInventory
        /// The project has no inventory, so that nothing can be ordered about it.
        case noInventory
        /// More members than one Secret can hold.
        case inventoryTooLarge
        /// Another process wrote the inventory since it was read: two operators on one project.
        case concurrentWriter
        /// The API server refused or could not be reached.
        case cluster(KubeError.Reason)
    }

    package let reason: Reason
    /// What, where, why, and what to do.
    package let description: String
    /// Whether the same may succeed later without a person's help.
    package let isRetryable: Bool
    /// Whether a write was sent and no answer tells if it happened.
    package let isOutcomeUnknown: Bool

    package init(
        _ reason: Reason,
        _ description: String,
        isRetryable: Bool = false,
        isOutcomeUnknown: Bool = false
    ) {
        self.reason = reason
        self.description = description
        self.isRetryable = isRetryable
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    /// An error of the API server, with what was being done.
    package init(_ error: KubeError, while doing: String) {
        self.init(
            .cluster(error.reason),
            "\(doing): \(error)",
            isRetryable: error.isRetryable,
            isOutcomeUnknown: error.isOutcomeUnknown
        )
    }

    /// The same error, of a write that was sent before and got no answer.
    package func withUnknownOutcome() -> InventoryError {
        InventoryError(reason, description, isRetryable: isRetryable, isOutcomeUnknown: true)
    }
}

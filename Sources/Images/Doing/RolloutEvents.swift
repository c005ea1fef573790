// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import SyncLook
import SyncPlan

/// Writes Events (`events.k8s.io`) about image rollouts, for people who look at a workload with kubectl.
///
/// Events vanish after an hour, and one that cannot be written stops nothing. The record is the history.
struct RolloutEvents: Sendable {
    /// The `reason` of the event.
    enum Reason: String {
        case started = "ImageRolloutStarted"
        case completed = "ImageRolloutCompleted"
        case failed = "ImageRolloutFailed"
        case undone = "ImageRolloutUndone"

        var isWarning: Bool { self == .failed || self == .undone }
    }

    /// The longest note that the API server accepts.
    private static let maxNoteBytes = 1024

    private static let controller = "\(WireName.group)/operator"

    let client: KubeClient
    let logger: Logger

    func tell(_ reason: Reason, _ note: String, about workload: KubeObject) async {
        let now = Date()
        let shown = client.redactor.row(note).beginning(maxBytes: Self.maxNoteBytes)
        do {
            let event = try KubeObject([
                "apiVersion": "events.k8s.io/v1", "kind": "Event",
                "metadata": [
                    "name": .string("\(workload.name.prefix(200)).\(UUID().uuidString.lowercased().prefix(16))"),
                    "namespace": .string(workload.namespace),
                ],
                "eventTime": .string(now.microTime),
                "reportingController": .string(Self.controller),
                "reportingInstance": .string(String(ProcessInfo.processInfo.hostName.prefix(128))),
                "action": "ImageRollout", "reason": .string(reason.rawValue),
                "type": .string(reason.isWarning ? "Warning" : "Normal"), "note": .string(shown.text),
                "regarding": [
                    "apiVersion": .string(workload.gvk.apiVersion), "kind": .string(workload.gvk.kind),
                    "namespace": .string(workload.namespace), "name": .string(workload.name),
                    "uid": .string(workload.uid ?? ""),
                ],
            ])
            _ = try await client.create(event, in: .events, fieldManager: FieldManager.events)
        } catch {
            logger.debug("event not written", metadata: ["sync.error": "\(error)"])
        }
    }
}

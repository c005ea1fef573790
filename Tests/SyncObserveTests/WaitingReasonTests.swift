// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncObserve
import Testing

/// What the kubelet's reasons mean, and what of a container counts against its image.
struct WaitingReasonTests {
    static let rows: [(reason: String, severity: PodTrouble.Severity?, isOfImage: Bool)] = [
        ("ErrImagePull", .failing, true), ("ImagePullBackOff", .failing, true), ("ImageInspectError", .failing, true),
        ("CrashLoopBackOff", .failing, true), ("RunContainerError", .failing, true),
        ("InvalidImageName", .hopeless, true), ("ErrImageNeverPull", .hopeless, true),
        ("RegistryUnavailable", .failing, false), ("SignatureValidationFailed", .failing, false),
        ("CreateContainerConfigError", .failing, false), ("CreateContainerError", .failing, false),
        ("PreCreateHookError", .failing, false), ("PreStartHookError", .failing, false),
        ("PostStartHookError", .failing, false), ("ContainerCreating", nil, false), ("PodInitializing", nil, false),
        ("errimagepull", nil, false), ("", nil, false),
    ]

    @Test(arguments: rows)
    func `a reason has a severity, and counts against the image or not`(
        reason: String,
        severity: PodTrouble.Severity?,
        isOfImage: Bool
    ) {
        #expect(WaitingReason(reason)?.severity == severity)
        #expect((WaitingReason(reason)?.isOfImage ?? false) == isOfImage)
        let status: JSON = ["name": "web", "state": ["waiting": ["reason": .string(reason)]]]
        #expect(PodTrouble.isFailing(status) == isOfImage)
    }

    @Test func `a run that ended badly counts against the image, one that ended well does not`() {
        let bad: JSON = ["state": ["terminated": ["exitCode": 1]]]
        let good: JSON = ["state": ["terminated": ["exitCode": 0]]]
        #expect(PodTrouble.isFailing(bad) && !PodTrouble.isFailing(good) && !PodTrouble.isFailing([:]))
    }
}

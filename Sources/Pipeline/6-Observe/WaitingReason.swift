// SPDX-License-Identifier: Apache-2.0

/// One of the kubelet's reasons why a container waits that has to be reported: the only table of them.
package struct WaitingReason: Sendable, Hashable {
    package let severity: PodTrouble.Severity
    /// Whether it counts against the image, so that an image rollout which brought it has failed. A registry that does not
    /// answer, a signature, missing ConfigMaps and hooks do not count.
    package let isOfImage: Bool

    /// Reads a reason (`ErrImagePull`); nil for those that are part of a normal start (`ContainerCreating`) and for
    /// unknown ones.
    package init?(_ reason: String) {
        guard let row = WaitingReason.table[reason] else { return nil }
        self = row
    }

    private init(_ severity: PodTrouble.Severity, isOfImage: Bool = false) {
        self.severity = severity
        self.isOfImage = isOfImage
    }

    private static let table: [String: WaitingReason] = [
        "ErrImagePull": WaitingReason(.failing, isOfImage: true),
        "ImagePullBackOff": WaitingReason(.failing, isOfImage: true),
        "ImageInspectError": WaitingReason(.failing, isOfImage: true),
        "InvalidImageName": WaitingReason(.hopeless, isOfImage: true),
        "ErrImageNeverPull": WaitingReason(.hopeless, isOfImage: true),
        "CrashLoopBackOff": WaitingReason(.failing, isOfImage: true),
        "RunContainerError": WaitingReason(.failing, isOfImage: true),
        "RegistryUnavailable": WaitingReason(.failing),
        "SignatureValidationFailed": WaitingReason(.failing),
        "CreateContainerConfigError": WaitingReason(.failing),
        "CreateContainerError": WaitingReason(.failing),
        "PreCreateHookError": WaitingReason(.failing),
        "PreStartHookError": WaitingReason(.failing),
        "PostStartHookError": WaitingReason(.failing),
    ]
}

// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import OCIRegistry

/// What the registries are to be asked about a project's workloads.
struct PollSubjects: Sendable {
    /// By image of one workload; or why its pull secrets could not be read.
    typealias OfWorkload = Result<[ImageReference: TagPoller.Subject], KubeError>

    private var workloads: [ObjectID: OfWorkload] = [:]

    subscript(workload: FollowedWorkload) -> OfWorkload? {
        get { workloads[workload.id] }
        set { workloads[workload.id] = newValue }
    }

    /// Everything that is to be polled.
    var all: Set<TagPoller.Subject> {
        // The verdict on a workload without subjects says why there are none.
        Set(workloads.values.flatMap { (try? $0.get())?.values.map { $0 } ?? [] })
    }
}

extension PullSecrets {
    /// What the registries are to be asked, with what the pull secrets of each workload allow.
    func subjects(of workloads: [FollowedWorkload]) async -> PollSubjects {
        var subjects = PollSubjects()
        for workload in workloads {
            do throws(KubeError) {
                let keyring = try await self.keyring(for: workload)
                var images: [ImageReference: TagPoller.Subject] = [:]
                for container in workload.containers {
                    images[container.reference] = TagPoller.Subject(image: container.reference, keyring: keyring)
                }
                subjects[workload] = .success(images)
            } catch {
                subjects[workload] = .failure(error)
            }
        }
        return subjects
    }
}

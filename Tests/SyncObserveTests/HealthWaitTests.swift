// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

@testable import SyncObserve

/// The decisions of a wait, without a cluster or a clock.
@Suite struct HealthWaitTests {
    private static let web = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
    private static let job = ObjectID(group: "batch", kind: "Job", namespace: "shop", name: "load")
    private let start = ContinuousClock.now

    private func wait(_ ids: [ObjectID] = [web, job]) -> HealthWait {
        HealthWait(awaited: ids.map { AwaitedObject(id: $0, origin: nil) }, patience: .seconds(20))
    }

    private func seen(_ status: HealthStatus, _ prospect: Observation.Prospect = .open) -> Observation {
        Observation(status: status, message: "as \(status.rawValue)", prospect: prospect)
    }

    @Test func `nothing to wait for is healthy`() {
        #expect(wait([]).isHealthy)
        #expect(wait([]).report(.healthy) == HealthReport(ending: .healthy, unhealthy: [], observed: 0))
    }

    @Test func `an object that was healthy once is not asked for again`() {
        var wait = wait()
        wait.receive([Self.web: seen(.current), Self.job: seen(.inProgress)], at: start)
        #expect(wait.open.map(\.id) == [Self.job])
        #expect(!wait.isHealthy)
        wait.receive([Self.job: seen(.current)], at: start)
        #expect(wait.isHealthy)
    }

    @Test func `without any prospect the wait has failed at once and the others are reported as they are`() {
        var wait = wait()
        wait.receive([Self.web: seen(.inProgress), Self.job: seen(.failed, .none)], at: start)
        #expect(wait.hasFailed(at: start))
        let report = wait.report(.failed)
        #expect(report.unhealthy.map(\.status) == [.inProgress, .failed])
        #expect(report.unhealthy.map(\.message) == ["as InProgress", "as Failed"])
        #expect(report.observed == 2)
    }

    @Test func `a poor prospect fails only when it lasts`() {
        var wait = wait()
        wait.receive([Self.web: seen(.inProgress, .poor)], at: start)
        wait.receive([Self.web: seen(.inProgress, .poor)], at: start + .seconds(19))
        #expect(!wait.hasFailed(at: start + .seconds(19)))
        #expect(wait.hasFailed(at: start + .seconds(20)))
    }

    @Test func `a prospect that brightens in between starts anew`() {
        var wait = wait()
        wait.receive([Self.web: seen(.inProgress, .poor)], at: start)
        wait.receive([Self.web: seen(.inProgress)], at: start + .seconds(10))
        wait.receive([Self.web: seen(.inProgress, .poor)], at: start + .seconds(11))
        #expect(!wait.hasFailed(at: start + .seconds(30)))
        #expect(wait.hasFailed(at: start + .seconds(31)))
    }

    @Test(arguments: [
        (HealthReport.Ending.healthy, HealthReport.Ending.failed), (.failed, .failed), (.timedOut, .timedOut),
        (.cancelled, .cancelled), (.unreadable, .unreadable),
    ])
    func `what is known to be missing is not healthy, however the wait for the others ended`(
        _ ending: HealthReport.Ending,
        _ expected: HealthReport.Ending
    ) {
        let lost = ObjectHealth(id: Self.job, status: .notFound, message: ObjectHealth.wasDeleted, origin: nil)
        let others = HealthReport(ending: ending, unhealthy: [], observed: 2)
        #expect(others.adding([]) == others)
        #expect(others.adding([lost]) == HealthReport(ending: expected, unhealthy: [lost], observed: 3))
        let unasked = HealthReport(ending: .notAwaited, unhealthy: [], observed: 0)
        #expect(unasked.adding([lost]) == unasked)
    }

    @Test func `a kind that cannot be read is unknown and never healthy`() {
        var wait = wait()
        wait.receive([Self.web: seen(.current)], unreadable: [Self.job.groupKind: "forbidden"], at: start)
        #expect(!wait.isHealthy)
        #expect(wait.endingAtDeadline == .unreadable)
        let unhealthy = wait.report(.unreadable).unhealthy
        #expect(unhealthy.map(\.status) == [.unknown])
        #expect(unhealthy.map(\.message) == ["could not be read: forbidden"])
        wait.receive([Self.job: seen(.inProgress)], at: start)
        #expect(wait.endingAtDeadline == .timedOut)
    }
}

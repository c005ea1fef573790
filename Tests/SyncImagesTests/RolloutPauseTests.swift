// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

@testable import SyncImages

/// Workloads whose patches are refused are left alone for longer and longer.
@Suite struct RolloutPauseTests {
    private let web = ObjectID(group: "apps", kind: "Deployment", namespace: "posts", name: "web")
    private let news = ObjectID(group: "apps", kind: "Deployment", namespace: "posts", name: "news")

    @Test func `A17: a refused patch is tried again later, twice as late each time, ten minutes at most`() {
        var pause = RolloutPause()
        var now = ContinuousClock.now
        for seconds in [10, 20, 40, 80, 160, 320, 600, 600] {
            pause.refused(web, at: now)
            #expect(pause.holds(web, at: now + .seconds(seconds - 1)))
            #expect(!pause.holds(web, at: now + .seconds(seconds)))
            #expect(!pause.holds(news, at: now))
            now += .seconds(seconds)
        }
    }

    @Test func `a patch that is taken begins anew, and a workload that is gone is forgotten`() {
        var pause = RolloutPause()
        let now = ContinuousClock.now
        for workload in [web, news] {
            pause.refused(workload, at: now)
            pause.refused(workload, at: now)
        }
        pause.taken(web)
        #expect(!pause.holds(web, at: now))
        pause.refused(web, at: now)
        #expect(!pause.holds(web, at: now + .seconds(10)))
        pause.keep(only: [web])
        #expect(!pause.holds(news, at: now))
    }
}

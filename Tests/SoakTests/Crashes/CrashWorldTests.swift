// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// At each place between two steps the world changes around the process: its disk is full from now on, or its clock
/// jumps. The process dies there or goes on.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct CrashWorldTests {
    private static let objects = 60
    private static let places = CrashPoint.allCases.map(\.rawValue)

    @Test(arguments: [true, false])
    func `P1, P3: a disk that is full at the death and at the recovery costs nothing but time`(dies: Bool) async throws
    {
        try await withSmallDisk { disk in
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                let tool = try SceneTool(scene, dataFolder: disk.path + "/data")
                var project = try CrashProject(scene, objects: CrashWorldTests.objects)
                var oracle = CrashOracle(scene, cluster, tool)
                #expect(try await tool.sync().status == 0)
                for place in CrashWorldTests.places {
                    oracle.place = place
                    let change = try await project.next()
                    try await oracle.begin()
                    let running = try tool.startSync(environment: ["STERNPOST_STOP_AT": place])
                    #expect(try await running.stops(), "\(place) was not met")
                    try disk.fill()
                    running.send(dies ? SIGKILL : SIGCONT)
                    let ended = try await running.end()
                    #expect(ended.isKilled == dies, "\(place): \(ended.status) \(ended.errors)")
                    try await tool.buryLease()
                    _ = try await oracle.checkAfterDeath(change)
                    // One that goes on gives up its reserve and tidies up when it ends, which makes some room.
                    try disk.fill()
                    try await expectStandstill(tool, cluster, place)
                    let survivors = try await oracle.checkAfterDeath(change)
                    try disk.free()
                    let lived = try await tool.sync()
                    #expect(lived.status == 0, "\(place): \(lived.output) \(lived.errors)")
                    try await oracle.checkAfterRecovery(project, change, survivors: survivors)
                }
                try await scene.checkPromises(bystanders: bystanders)
            }
        }
    }

    /// On the full disk nothing is changed, and the reason is told.
    private func expectStandstill(_ tool: SceneTool, _ cluster: EmbeddedCluster, _ place: String) async throws {
        cluster.faults.forgetRequests()
        let stuck = try await tool.sync()
        #expect(stuck.status == 2, "\(place): \(stuck.output) \(stuck.errors)")
        #expect(stuck.errors.contains("free some"), "\(place): \(stuck.errors)")
        #expect(cluster.faults.writeCount == 0, "\(place): written without a history")
    }

    @Test(arguments: [true, false])
    func `P1, P6: under a clock that jumps the order of the rows is their sequence`(dies: Bool) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            let tool = try SceneTool(scene)
            let clock = try WallClock(in: scene.folder)
            var project = try CrashProject(scene, objects: CrashWorldTests.objects)
            var oracle = CrashOracle(scene, cluster, tool)
            #expect(try await tool.sync(environment: clock.environment()).status == 0)
            var concludedBefore = 0
            for (number, place) in CrashWorldTests.places.enumerated() {
                oracle.place = place
                let (there, back) = number.isMultiple(of: 2) ? (Int64(-3600), Int64(3600)) : (3600, -3600)
                let change = try await project.next()
                try await oracle.begin()
                let environment = try clock.environment().merging(["STERNPOST_STOP_AT": place]) { $1 }
                let running = try tool.startSync(environment: environment)
                #expect(try await running.stops(), "\(place) was not met")
                try clock.set(there)
                running.send(dies ? SIGKILL : SIGCONT)
                let ended = try await running.end()
                #expect(dies ? ended.isKilled : ended.status == 0, "\(place): \(ended.status) \(ended.errors)")
                try await tool.buryLease()
                let survivors = try await oracle.checkAfterDeath(change)
                try clock.set(back)
                let lived = try await tool.sync(environment: clock.environment())
                #expect(lived.status == 0, "\(place): \(lived.output) \(lived.errors)")
                try await oracle.checkAfterRecovery(project, change, survivors: survivors)
                concludedBefore += try await rowsThatWentBack(tool, scene)
                try clock.set(0)
            }
            #expect(concludedBefore > 0, "the clock did not jump between an intent and its outcome")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// How many of the newest runs' writes were concluded before they were intended, by the clock on the wall.
    private func rowsThatWentBack(_ tool: SceneTool, _ scene: Scene) async throws -> Int {
        try await tool.reading { history in
            var count = 0
            let runs = try await history.runs(project: scene.project.name, limit: 2)
            #expect(runs.map(\.id) == runs.map(\.id).sorted(by: >))
            for run in runs {
                let mutations = try await history.detail(run.id)?.mutations ?? []
                #expect(mutations.map(\.intent) == mutations.map(\.intent).sorted())
                count += mutations.count { mutation in mutation.concludedAt.map { $0 < mutation.intendedAt } ?? false }
            }
            return count
        }
    }
}

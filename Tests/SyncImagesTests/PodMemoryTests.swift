// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import Testing

@testable import SyncImages

/// When pods are read again, and when what was seen of them still holds.
struct PodMemoryTests {
    private static let (first, second) = (ImageFixture.first, ImageFixture.second)

    /// A workload whose tag points where its pods are.
    private func settled() throws -> Question {
        var question = try Question()
        question.tags = ["nginx:latest": [Self.first]]
        return question
    }

    /// What is remembered after one verdict on it.
    private func remembered(of question: Question, hasPods: Bool = true) throws -> PodMemory {
        var memory = PodMemory()
        memory.remember(try #require(try question.verdict()), hasPods: hasPods)
        return memory
    }

    private func needsPods(_ memory: PodMemory, _ question: Question) throws -> Bool {
        memory.needsPods(try #require(try question.workload), try ImageFixture.sightings(question.tags))
    }

    @Test func `pods that were seen to run what the tag points to are not read again`() throws {
        let question = try settled()
        #expect(try needsPods(PodMemory(), question))
        let memory = try remembered(of: question)
        #expect(try !needsPods(memory, question))
        let workload = try #require(try question.workload)
        #expect(memory.running(of: workload) == ["web": [Self.first]])
    }

    @Test func `another digest, another generation and a rollout ask for the pods`() throws {
        let memory = try remembered(of: try settled())
        var moved = try settled()
        moved.tags = ["nginx:latest": [Self.first, Self.second]]
        #expect(try needsPods(memory, moved))
        var changed = try settled()
        changed.edit = { $0[["metadata", "generation"]] = 4 }
        #expect(try needsPods(memory, changed))
        let rolling = try Question.rolling(nil)
        #expect(try needsPods(memory, rolling))
    }

    @Test func `a tag that was not read asks for no pods`() throws {
        var question = try settled()
        question.tags = ["nginx:latest": [nil]]
        #expect(try !needsPods(PodMemory(), question))
    }

    @Test func `what was not seen is not remembered, and what has something to do is forgotten`() throws {
        let question = try settled()
        let unseen = try remembered(of: question, hasPods: false)
        #expect(try needsPods(unseen, question))
        var memory = try remembered(of: question)
        memory.remember(try #require(try Question().verdict()), hasPods: true)
        let workload = try #require(try question.workload)
        #expect(memory.running(of: workload) == nil)
    }
}

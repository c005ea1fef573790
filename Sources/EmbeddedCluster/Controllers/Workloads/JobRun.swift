// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// A Job with its pods, as one call of its controller sees them.
struct JobRun {
    private enum Outcome {
        case complete
        case failed(reason: String, message: String)
    }

    private let job: KubeObject
    private var active: [KubeObject]
    private let succeeded: Int64
    private let failed: Int64
    /// How often containers of running pods were started again.
    private let restarts: Int64
    private var outcome: Outcome?
    private var nextLook: Duration?

    init(_ job: KubeObject, in context: ControllerContext) {
        self.job = job
        let pods = context.list(.pods, controlledBy: job)
        func count(_ phase: String) -> Int64 { Int64(pods.count { $0.json.string(at: "status", "phase") == phase }) }
        active = pods.filter(\.isActivePod)
        succeeded = count("Succeeded")
        failed = count("Failed")
        restarts = active.flatMap { $0.json.items(at: "status", "containerStatuses") }
            .map { $0["restartCount"]?.int ?? 0 }.reduce(0, +)
    }

    private var isSuspended: Bool { job.spec?["suspend"]?.bool ?? false }
    private var backoffLimit: Int64 { job.spec?["backoffLimit"]?.int ?? 6 }
    private var startTime: String? { job.status?["startTime"]?.string }

    /// Decides whether the job is over, and otherwise makes or deletes pods.
    mutating func step(in context: ControllerContext) throws(StatusError) {
        if isSuspended { return try deleteActive(in: context) }
        outcome = decide(context.now)
        if outcome != nil { return try deleteActive(in: context) }
        let parallelism = job.spec?["parallelism"]?.int ?? 1
        var wanted = parallelism
        if let completions = job.spec?["completions"]?.int {
            wanted = min(parallelism, completions - succeeded)
        } else if succeeded > 0 {
            wanted = Int64(active.count)
        }
        for _ in 0..<max(0, wanted - Int64(active.count)) { try createPod(in: context) }
        for pod in ReplicaSetReconciler.deletionOrder(active).prefix(max(0, active.count - Int(wanted))) {
            try context.client.delete(ControllerResource.pods.key(pod.namespace, pod.name), uid: pod.uid)
        }
        active = context.list(.pods, controlledBy: job).filter(\.isActivePod)
    }

    private mutating func decide(_ now: ClusterTime) -> Outcome? {
        if failed > backoffLimit || (restarts > 0 && failed + restarts > backoffLimit) {
            let message = "Job has reached the specified backoff limit"
            return .failed(reason: "BackoffLimitExceeded", message: message)
        }
        if let deadline = job.spec?["activeDeadlineSeconds"]?.int,
            let start = startTime.flatMap({ ClusterTime($0) })
        {
            let elapsed = now.seconds(since: start)
            if elapsed >= deadline {
                let message = "Job was active longer than specified deadline"
                return .failed(reason: "DeadlineExceeded", message: message)
            }
            nextLook = .seconds(deadline - elapsed)
        }
        if let completions = job.spec?["completions"]?.int { return succeeded >= completions ? .complete : nil }
        return succeeded > 0 && active.isEmpty ? .complete : nil
    }

    private mutating func deleteActive(in context: ControllerContext) throws(StatusError) {
        for pod in active {
            try context.client.delete(ControllerResource.pods.key(pod.namespace, pod.name), uid: pod.uid)
        }
        active = []
    }

    private func createPod(in context: ControllerContext) throws(StatusError) {
        let prefix = "\(job.name)-"
        let name = prefix + PodTemplate.randomSuffix()
        let pod = PodTemplate.pod(from: job.spec?["template"], owner: job, name: name, prefix: prefix)
        try context.client.create(pod)
        context.recorder.record("SuccessfulCreate", "Created pod: \(name)", about: job, from: .job, at: context.now)
    }

    /// Writes the status; returns when the deadline should be looked at again.
    func writeStatus(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        var conditions = Conditions(of: job.status, now: context.now, secondTime: "lastProbeTime")
        setConditions(&conditions)
        recordEnd(in: context)
        let isComplete = if case .complete = outcome { true } else { false }
        try context.updateStatus(key) { status in
            if !isSuspended, status["startTime"] == nil { status["startTime"] = .string(context.time) }
            if isSuspended { status["startTime"] = nil }
            if isComplete { status["completionTime"] = .string(context.time) }
            status.setCount("active", Int64(active.count))
            status.setCount("succeeded", succeeded)
            status.setCount("failed", failed)
            status["ready"] = .int(Int64(active.count(where: \.isReadyPod)))
            status["terminating"] = 0
            status["uncountedTerminatedPods"] = .object(JSONObject())
            status.setConditions(conditions)
        }
        return outcome == nil ? nextLook : nil
    }

    private func setConditions(_ conditions: inout Conditions) {
        switch outcome {
        case .complete:
            let message = "Reached expected number of succeeded pods"
            conditions.set("SuccessCriteriaMet", "True", reason: "CompletionsReached", message: message)
            conditions.set("Complete", "True", reason: "CompletionsReached", message: message)
        case .failed(let reason, let message):
            conditions.set("FailureTarget", "True", reason: reason, message: message)
            conditions.set("Failed", "True", reason: reason, message: message)
        case nil:
            if isSuspended {
                conditions.set("Suspended", "True", reason: "JobSuspended", message: "Job suspended")
            } else if conditions.isTrue("Suspended") {
                conditions.set("Suspended", "False", reason: "JobResumed", message: "Job resumed")
            }
        }
    }

    private func recordEnd(in context: ControllerContext) {
        switch outcome {
        case .complete:
            context.recorder.record("Completed", "Job completed", about: job, from: .job, at: context.now)
        case .failed(let reason, let message):
            context.recorder.record(reason, message, about: job, from: .job, at: context.now, isWarning: true)
        case nil: break
        }
    }
}

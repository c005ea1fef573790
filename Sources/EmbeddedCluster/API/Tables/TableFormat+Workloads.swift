// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// Pods and what makes pods.
    static let workloads: [GroupKind: TableFormat] = [
        GroupKind(group: "", kind: "Pod"): pod,
        GroupKind(group: "", kind: "PodTemplate"): podTemplate,
        GroupKind(group: "", kind: "ReplicationController"): replicas { $0.labelsText(at: "spec", "selector") },
        GroupKind(group: "apps", kind: "ReplicaSet"): replicas { PodSelector($0[["spec", "selector"]]).cellText },
        GroupKind(group: "apps", kind: "Deployment"): deployment,
        GroupKind(group: "apps", kind: "StatefulSet"): statefulSet,
        GroupKind(group: "apps", kind: "DaemonSet"): daemonSet,
        GroupKind(group: "apps", kind: "ControllerRevision"): controllerRevision,
        GroupKind(group: "batch", kind: "Job"): job,
        GroupKind(group: "batch", kind: "CronJob"): cronJob,
    ]

    private static let pod = TableFormat([
        .name, .text("Ready", "How many of the containers are ready."),
        .text("Status", "The phase, or what keeps the pod from running."),
        .text("Restarts", "How often containers were started again, and when last."), .age,
        .wide("IP", "The pod's address."), .wide("Node", "The node on which the pod runs."),
        .wide("Nominated Node", "The node on which room is being made for the pod."),
        .wide("Readiness Gates", "How many of the readiness gates are true."),
    ]) { pod, now in
        let summary = PodSummary(pod)
        let gates = pod.items(at: "spec", "readinessGates").compactMap { $0["conditionType"]?.string }
        let isOpen = gates.filter(pod.hasCondition)
        return [
            .nameCell(pod), .string("\(summary.readyContainers)/\(summary.totalContainers)"), .string(summary.reason),
            .string(summary.restartsText(now: now)), .ageCell(pod, now),
            .string(pod.items(at: "status", "podIPs").first?["ip"]?.string ?? "<none>"),
            pod.cell(at: "spec", "nodeName"), pod.cell(at: "status", "nominatedNodeName"),
            .string(gates.isEmpty ? "<none>" : "\(isOpen.count)/\(gates.count)"),
        ]
    }

    private static let podTemplate = TableFormat([
        .name, .text("Containers", "The names of the containers."), .text("Images", "The images of the containers."),
        .text("Pod Labels", "The labels that pods of the template get."),
    ]) { template, _ in
        [.nameCell(template)] + template.containerCells(at: "template", "spec")
            + [.string(template.labelsText(at: "template", "metadata", "labels"))]
    }

    private static func replicas(selector: @escaping @Sendable (JSON) -> String) -> TableFormat {
        TableFormat([
            .name, .integer("Desired", "How many pods there should be."),
            .integer("Current", "How many pods there are."),
            .integer("Ready", "How many pods are ready."), .age, .containers, .images, .selector,
        ]) { set, now in
            [
                .nameCell(set), set.count(at: "spec", "replicas"), set.count(at: "status", "replicas"),
                set.count(at: "status", "readyReplicas"), .ageCell(set, now),
            ] + set.containerCells(at: "spec", "template", "spec") + [.string(selector(set))]
        }
    }

    private static let deployment = TableFormat([
        .name, .text("Ready", "How many of the wanted pods are ready."),
        .text("Up-to-date", "How many pods have the newest template."),
        .text("Available", "How many pods have been ready for long enough."), .age, .containers, .images, .selector,
    ]) { deployment, now in
        let ready = deployment.int(at: "status", "readyReplicas") ?? 0
        return [
            .nameCell(deployment), .string("\(ready)/\(deployment.int(at: "spec", "replicas") ?? 0)"),
            deployment.count(at: "status", "updatedReplicas"), deployment.count(at: "status", "availableReplicas"),
            .ageCell(deployment, now),
        ] + deployment.containerCells(at: "spec", "template", "spec")
            + [.string(PodSelector(deployment[["spec", "selector"]]).text)]
    }

    private static let statefulSet = TableFormat([
        .name, .text("Ready", "How many of the wanted pods are ready."), .age, .containers, .images,
    ]) { set, now in
        let ready = set.int(at: "status", "readyReplicas") ?? 0
        return [
            .nameCell(set), .string("\(ready)/\(set.int(at: "spec", "replicas") ?? 0)"), .ageCell(set, now),
        ] + set.containerCells(at: "spec", "template", "spec")
    }

    private static let daemonSet = TableFormat([
        .name, .integer("Desired", "On how many nodes the pod should run."),
        .integer("Current", "On how many nodes the pod runs."), .integer("Ready", "How many pods are ready."),
        .integer("Up-to-date", "How many pods have the newest template."),
        .integer("Available", "How many pods have been ready for long enough."),
        .text("Node Selector", "The labels of the nodes on which the pod runs."), .age, .containers, .images, .selector,
    ]) { set, now in
        [
            .nameCell(set), set.count(at: "status", "desiredNumberScheduled"),
            set.count(at: "status", "currentNumberScheduled"), set.count(at: "status", "numberReady"),
            set.count(at: "status", "updatedNumberScheduled"), set.count(at: "status", "numberAvailable"),
            .string(set.labelsText(at: "spec", "template", "spec", "nodeSelector")), .ageCell(set, now),
        ] + set.containerCells(at: "spec", "template", "spec")
            + [.string(PodSelector(set[["spec", "selector"]]).cellText)]
    }

    private static let controllerRevision = TableFormat([
        .name, .text("Controller", "The workload whose template this is."),
        .text("Revision", "The number of the template."), .age,
    ]) { revision, now in
        let owner = revision.items(at: "metadata", "ownerReferences").first { $0["controller"]?.bool == true }
        return [
            .nameCell(revision), .string(owner.map(JSON.ownerText) ?? "<none>"), revision["revision"] ?? .int(0),
            .ageCell(revision, now),
        ]
    }

    private static let job = TableFormat([
        .name, .text("Status", "Whether the job runs or how it ended."),
        .text("Completions", "How many pods succeeded of those that have to."),
        .text("Duration", "How long the job took, or takes by now."), .age, .containers, .images, .selector,
    ]) { job, now in
        [
            .nameCell(job), .string(jobStatus(job)), .string(jobCompletions(job)), .string(jobDuration(job, now)),
            .ageCell(job, now),
        ] + job.containerCells(at: "spec", "template", "spec")
            + [.string(PodSelector(job[["spec", "selector"]]).cellText)]
    }

    private static func jobStatus(_ job: JSON) -> String {
        if job.hasCondition("Complete") { return "Complete" }
        if job.hasCondition("Failed") { return "Failed" }
        if job.string(at: "metadata", "deletionTimestamp") != nil { return "Terminating" }
        for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where job.hasCondition(type) { return type }
        return "Running"
    }

    private static func jobCompletions(_ job: JSON) -> String {
        let succeeded = job.int(at: "status", "succeeded") ?? 0
        if let completions = job.int(at: "spec", "completions") { return "\(succeeded)/\(completions)" }
        let parallelism = job.int(at: "spec", "parallelism") ?? 0
        return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
    }

    private static func jobDuration(_ job: JSON, _ now: ClusterTime) -> String {
        guard let start = job.string(at: "status", "startTime").flatMap({ ClusterTime($0) }) else { return "" }
        let end = job.string(at: "status", "completionTime").flatMap { ClusterTime($0) }
        return HumanDuration.text(seconds: (end ?? now).seconds(since: start))
    }

    private static let cronJob = TableFormat([
        .name, .text("Schedule", "When jobs are started, in cron's format."),
        .text("Timezone", "The zone in which the schedule is read."),
        .boolean("Suspend", "Whether no further jobs are started."), .integer("Active", "How many jobs run."),
        .text("Last Schedule", "The time since a job was last started."), .age, .containers, .images, .selector,
    ]) { cronJob, now in
        let last = cronJob.string(at: "status", "lastScheduleTime")
        let selector = PodSelector(cronJob[["spec", "jobTemplate", "spec", "selector"]])
        return [
            .nameCell(cronJob), cronJob.cell(at: "spec", "schedule", orElse: ""), cronJob.cell(at: "spec", "timeZone"),
            .string(cronJob[["spec", "suspend"]]?.bool.map { $0 ? "True" : "False" } ?? "<unset>"),
            .int(Int64(cronJob.items(at: "status", "active").count)),
            .string(last.map { HumanDuration.since($0, now: now) } ?? "<none>"), .ageCell(cronJob, now),
        ] + cronJob.containerCells(at: "spec", "jobTemplate", "spec", "template", "spec")
            + [.string(selector.cellText)]
    }
}

extension PodSelector {
    /// The selector's text, or `<none>`.
    var cellText: String { text.isEmpty ? "<none>" : text }
}

extension JSON {
    /// The names and the images of a pod specification's containers, each joined by commas.
    func containerCells(at path: String...) -> [JSON] {
        let containers = self[path + ["containers"]]?.array ?? []
        return ["name", "image"].map { key in
            .string(containers.map { $0[key]?.string ?? "" }.joined(separator: ","))
        }
    }

    /// A map of labels as `a=b,c=d`, or `<none>`.
    func labelsText(at path: String...) -> String {
        let members = self[path]?.object ?? JSONObject()
        if members.isEmpty { return "<none>" }
        return members.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: ",")
    }

    /// An owner reference as `statefulset.apps/web`.
    fileprivate static func ownerText(_ reference: JSON) -> String {
        let kind = GroupVersionKind(
            apiVersion: reference["apiVersion"]?.string ?? "",
            kind: reference["kind"]?.string ?? ""
        ).groupKind
        return "\(kind.description.lowercased())/\(reference["name"]?.string ?? "")"
    }
}

// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncObserve
import Testing

/// One row: a Pod's status and what a person is told.
struct PodTroubleRow: Sendable, CustomTestStringConvertible {
    let name: String
    /// The inside of `status`.
    let status: String
    let severity: PodTrouble.Severity?
    var text = ""
    var tellsWhy = false

    var testDescription: String { name }
}

@Suite struct PodTroubleTests {
    @Test(arguments: rows)
    func `the worst trouble of a Pod is told with its cause`(_ row: PodTroubleRow) throws {
        let json = #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1"},"status":{\#(row.status)}}"#
        let trouble = PodTrouble.worst(of: try KubeObject(try JSONParser.parse(json)))
        #expect(trouble?.severity == row.severity)
        #expect((trouble?.text ?? "") == row.text)
        #expect((trouble?.tellsWhy ?? false) == row.tellsWhy)
    }

    private static func waiting(_ name: String, _ reason: String, _ message: String, more: String = "") -> String {
        #"{"name":"\#(name)","state":{"waiting":{"reason":"\#(reason)","message":"\#(message)"}}\#(more)}"#
    }

    private static let ready = #""conditions":[{"type":"Ready","status":"True"}]"#

    static let rows: [PodTroubleRow] = [
        .init(name: "ready", status: #""phase":"Running",\#(ready)"#, severity: nil),
        .init(
            name: "starting",
            status: #""phase":"Pending","containerStatuses":[\#(waiting("web", "ContainerCreating", ""))]"#,
            severity: nil
        ),
        .init(
            name: "image pull",
            status: """
                "phase":"Pending","containerStatuses":[\(waiting("web", "ImagePullBackOff", "manifest unknown"))]
                """,
            severity: .failing,
            text: "container web: ImagePullBackOff: manifest unknown"
        ),
        .init(
            name: "invalid image name",
            status: #""phase":"Pending","containerStatuses":[\#(waiting("web", "InvalidImageName", "no parse"))]"#,
            severity: .hopeless,
            text: "container web: InvalidImageName: no parse"
        ),
        .init(
            name: "missing ConfigMap",
            status: """
                "phase":"Pending","containerStatuses":\
                [\(waiting("web", "CreateContainerConfigError", "configmap \\\"c\\\" not found"))]
                """,
            severity: .failing,
            text: #"container web: CreateContainerConfigError: configmap "c" not found"#
        ),
        .init(
            name: "crash loop tells the last run and not the back-off",
            status: """
                "phase":"Running","containerStatuses":[\(waiting("web", "CrashLoopBackOff", "back-off 10s", more: """
                    ,"restartCount":3,"lastState":{"terminated":{"reason":"OOMKilled","exitCode":137}}
                    """))]
                """,
            severity: .failing,
            text: "container web: CrashLoopBackOff, restarted 3 times; last run: OOMKilled, exit code 137",
            tellsWhy: true
        ),
        .init(
            name: "a container that was restarted once",
            status: """
                "phase":"Running","containerStatuses":[\(waiting("web", "CrashLoopBackOff", "back-off", more: """
                    ,"restartCount":1,"lastState":{"terminated":{"reason":"Error","exitCode":1}}
                    """))]
                """,
            severity: .failing,
            text: "container web: CrashLoopBackOff, restarted 1 time; last run: Error, exit code 1",
            tellsWhy: true
        ),
        .init(
            name: "a crash loop without a last run leaves the cause to an event",
            status: """
                "phase":"Running","containerStatuses":[\(waiting("web", "CrashLoopBackOff", "last run: unknown"))]
                """,
            severity: .failing,
            text: "container web: CrashLoopBackOff"
        ),
        .init(
            name: "words of the kubelet are not taken for ours",
            status: """
                "phase":"Pending","containerStatuses":[\(waiting("web", "ErrImagePull", "the last run: denied"))]
                """,
            severity: .failing,
            text: "container web: ErrImagePull: the last run: denied"
        ),
        .init(
            name: "an init container counts",
            status: """
                "phase":"Pending","initContainerStatuses":[{"name":"init","state":{"terminated":{"reason":"Error",\
                "exitCode":2,"message":"no database"}}}]
                """,
            severity: .failing,
            text: "container init: Error, exit code 2: no database"
        ),
        .init(
            name: "a finished init container is no trouble",
            status: """
                "phase":"Running",\(ready),"initContainerStatuses":[{"name":"init","state":{"terminated":\
                {"reason":"Completed","exitCode":0}}}]
                """,
            severity: nil
        ),
        .init(
            name: "unschedulable",
            status: """
                "phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",\
                "message":"0/3 nodes are available"}]
                """,
            severity: .unschedulable,
            text: "Unschedulable: 0/3 nodes are available",
            tellsWhy: true
        ),
        .init(
            name: "not ready",
            status: #""phase":"Running","conditions":[{"type":"Ready","status":"False"}]"#,
            severity: .unready,
            text: "runs but is not ready"
        ),
        .init(
            name: "the worst of several",
            status: """
                "phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":\
                [\(waiting("a", "ContainerCreating", "")),\(waiting("b", "ErrImagePull", "denied"))]
                """,
            severity: .failing,
            text: "container b: ErrImagePull: denied"
        ),
    ]
}

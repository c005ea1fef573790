// SPDX-License-Identifier: Apache-2.0
import KubeClient
import SyncApply
import SyncLook
import Testing

@testable import SyncLoop

/// What is said about a cluster that gave no answer, or none to us.
struct ClusterAdviceTests {
    @Test(arguments: [
        (
            KubeError.Reason.unauthorized, "the cluster does not accept the credentials: ",
            "; check the kubeconfig's user"
        ),
        (KubeError.Reason.unreachable, "the cluster is unreachable: ", "; check that it runs"),
        (KubeError.Reason.timeout, "the cluster is unreachable: ", "; check that it runs"),
        (
            KubeError.Reason.tls, "there is no trusted connection to the cluster: ",
            "; check the kubeconfig's server and certificates"
        ),
    ])
    func `what is wrong is said with what to do, whoever met it`(
        reason: KubeError.Reason,
        beginning: String,
        remedy: String
    ) {
        let errors: [any Error] = [
            KubeError(reason: reason, message: "its words", request: "GET /api"),
            InventoryError(.cluster(reason), "its words"), LeaseError(.cluster(reason), "its words"),
        ]
        for error in errors {
            let line = ClusterAdvice.line(about: error)
            #expect(line.hasPrefix(beginning), "\(line)")
            #expect(line.contains("its words\(remedy)"), "\(line)")
        }
    }

    @Test func `a cluster that answers is told in its own words`() {
        #expect(ClusterAdvice.line(about: KubeError(reason: .forbidden, message: "no")) == "no")
        #expect(ClusterAdvice.line(about: InventoryError(.noInventory, "none")) == "none")
    }

    @Test func `a server that answers with 401 is not called unreachable`() {
        let line = ClusterAdvice.line(.unauthorized, "Unauthorized", consequence: ", and nothing is changed")
        #expect(line.hasPrefix("the cluster does not accept the credentials, and nothing is changed: Unauthorized; "))
    }
}

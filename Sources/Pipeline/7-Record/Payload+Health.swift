// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncObserve

extension Payload.Health {
    init(_ report: HealthReport, by redactor: Redactor) {
        ending = report.ending
        observed = report.observed
        unhealthy = report.unhealthy.map {
            Payload.HealthEntry(
                id: $0.id,
                status: $0.status,
                message: redactor.line($0.message),
                origin: $0.origin
            )
        }
    }

    var recorded: RecordedHealth {
        RecordedHealth(
            ending: ending,
            observed: observed,
            unhealthy: unhealthy.map {
                RecordedHealth.Entry(
                    id: $0.id,
                    status: $0.status,
                    message: $0.message.text,
                    origin: $0.origin
                )
            }
        )
    }
}

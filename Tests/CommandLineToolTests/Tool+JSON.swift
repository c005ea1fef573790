// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import TestKit

extension Tool.Result {
    /// The output as JSON.
    var json: JSON { get throws { try JSONParser.parse(Array(output.utf8)) } }
}

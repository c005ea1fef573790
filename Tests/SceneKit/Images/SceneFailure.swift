// SPDX-License-Identifier: Apache-2.0

/// What a test waited for did not come, with all that helps to see why.
package struct SceneFailure: Error, CustomStringConvertible {
    package let description: String
}

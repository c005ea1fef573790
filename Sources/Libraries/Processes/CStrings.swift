// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A null-terminated array of C strings that lives as long as this object.
package final class CStrings {
    /// Dangling as soon as this object is gone: `withExtendedLifetime` keeps it.
    package let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    package init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        for (index, text) in texts.enumerated() { (pointers + index).initialize(to: strdup(text)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}

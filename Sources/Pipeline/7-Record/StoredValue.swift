// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

extension Row {
    /// The column's value when it is text, else nil; never traps, unlike GRDB's subscripts.
    func text(_ column: String) -> String? { String.fromDatabaseValue(self[column]) }

    /// The column's value when it is an integer, else nil.
    func number(_ column: String) -> Int64? { Int64.fromDatabaseValue(self[column]) }

    /// The column's value when it is a blob, else nil.
    func bytes(_ column: String) -> Data? { Data.fromDatabaseValue(self[column]) }
}

extension Date {
    /// Milliseconds since 1970, rounded down.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded(.down)) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

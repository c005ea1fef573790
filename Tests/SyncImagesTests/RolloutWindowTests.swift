// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SyncImages

/// When rollouts may begin.
struct RolloutWindowTests {
    private func isOpen(_ window: String, _ date: String) throws -> Bool {
        try #require(RolloutWindow(window)).contains(try Date(date, strategy: .iso8601))
    }

    /// 2027-01-15 is a Friday.
    @Test(arguments: [
        ("09:00-17:00", "2027-01-15T08:59:59Z", false), ("09:00-17:00", "2027-01-15T09:00:00Z", true),
        ("09:00-17:00", "2027-01-15T16:59:59Z", true), ("09:00-17:00", "2027-01-15T17:00:00Z", false),
        ("00:00-24:00", "2027-01-15T23:59:59Z", true), ("23:59-24:00", "2027-01-15T23:59:30Z", true),
        ("Mon-Thu 00:00-24:00", "2027-01-15T12:00:00Z", false), ("Fri 00:00-24:00", "2027-01-15T00:00:00Z", true),
        ("Fri 00:00-24:00", "2027-01-16T00:00:00Z", false), ("Sat,Fri 10:00-11:00", "2027-01-15T10:00:00Z", true),
        ("Fri-Mon 10:00-11:00", "2027-01-17T10:30:00Z", true), ("Fri-Mon 10:00-11:00", "2027-01-19T10:30:00Z", false),
        ("Mon-Wed,Fri 10:00-11:00", "2027-01-15T10:30:00Z", true),
        ("Sun-Sat 10:00-11:00", "2027-01-13T10:30:00Z", true), ("Fri-Fri 10:00-11:00", "2027-01-14T10:30:00Z", false),
    ])
    func `a window is open on its days from its first minute to before its last`(
        window: String,
        date: String,
        isOpen: Bool
    ) throws {
        #expect(try self.isOpen(window, date) == isOpen)
    }

    @Test(arguments: [
        ("22:00-04:00", "2027-01-15T21:59:00Z", false), ("22:00-04:00", "2027-01-15T22:00:00Z", true),
        ("22:00-04:00", "2027-01-15T03:59:00Z", true), ("22:00-04:00", "2027-01-15T04:00:00Z", false),
        ("Fri 22:00-04:00", "2027-01-15T23:00:00Z", true), ("Fri 22:00-04:00", "2027-01-16T03:00:00Z", true),
        ("Fri 22:00-04:00", "2027-01-15T03:00:00Z", false), ("Fri 22:00-04:00", "2027-01-16T23:00:00Z", false),
        ("Sat 22:00-04:00", "2027-01-17T03:00:00Z", true), ("Sun 22:00-04:00", "2027-01-18T03:00:00Z", true),
        ("Fri 09:00-00:00", "2027-01-15T23:59:00Z", true), ("Fri 09:00-00:00", "2027-01-16T00:00:00Z", false),
    ])
    func `a window over midnight belongs to the day on which it began`(
        window: String,
        date: String,
        isOpen: Bool
    ) throws {
        #expect(try self.isOpen(window, date) == isOpen)
    }

    /// In 2027 the clocks of Berlin go forward on March 28 at 02:00, and back on October 31 at 03:00.
    @Test(arguments: [
        ("09:00-10:00 Europe/Berlin", "2027-01-15T08:30:00Z", true),
        ("09:00-10:00 Europe/Berlin", "2027-07-15T07:30:00Z", true),
        ("09:00-10:00 Europe/Berlin", "2027-07-15T08:30:00Z", false),
        ("Mon 00:30-01:00 Pacific/Auckland", "2027-01-17T11:45:00Z", true),
        ("Sun 23:00-23:30 America/Los_Angeles", "2027-01-18T07:15:00Z", true),
        ("Sun 01:30-03:30 Europe/Berlin", "2027-03-28T00:45:00Z", true),
        ("Sun 01:30-03:30 Europe/Berlin", "2027-03-28T01:15:00Z", true),
        ("Sun 01:30-03:30 Europe/Berlin", "2027-03-28T01:45:00Z", false),
        ("Sun 02:00-03:00 Europe/Berlin", "2027-03-28T01:00:00Z", false),
        ("Sun 02:00-03:00 Europe/Berlin", "2027-10-31T00:30:00Z", true),
        ("Sun 02:00-03:00 Europe/Berlin", "2027-10-31T01:30:00Z", true),
        ("Sun 02:00-03:00 Europe/Berlin", "2027-10-31T02:00:00Z", false),
        ("Sat 23:00-02:30 Europe/Berlin", "2027-10-31T01:15:00Z", true),
    ])
    func `a window is of the wall clock of its place, also when that changes`(
        window: String,
        date: String,
        isOpen: Bool
    ) throws {
        #expect(try self.isOpen(window, date) == isOpen)
    }

    @Test(arguments: [
        "", " ", "09:00", "09:00-", "-17:00", "09:00-09:00", "24:00-09:00", "00:00-24:01", "25:00-26:00", "09:60-10:00",
        "9:00-17:00", "09:00-17:00-18:00", "0900-1700", "09:00–17:00", "٠٩:٠٠-١٧:٠٠", "Mon", "mon 09:00-17:00",
        "Monday 09:00-17:00", "Mon- 09:00-17:00", "-Mon 09:00-17:00", "Mon,,Tue 09:00-17:00", "Mon-Tue-Wed 09:00-17:00",
        "09:00-17:00 Mon", "09:00-17:00 Europe/Nowhere", "09:00-17:00 ../../etc/passwd", "09:00-17:00 UTC UTC",
        "Mon Tue 09:00-17:00", "Mon 09:00-17:00 UTC x", "+9:00-17:00",
        "09:00-17:00 " + String(repeating: "a", count: 90),
    ])
    func `nonsense is no window`(text: String) {
        #expect(RolloutWindow(text) == nil)
    }

    @Test func `a window shows as it was written`() {
        #expect(RolloutWindow("Mon-Fri  09:00-17:00")?.description == "Mon-Fri  09:00-17:00")
    }
}

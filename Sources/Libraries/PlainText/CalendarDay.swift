// SPDX-License-Identifier: Apache-2.0

/// A day of the Gregorian calendar, which also counts before it was made.
package struct CalendarDay: Sendable, Hashable {
    /// May be zero or negative, as in ISO 8601: the year before 1 is 0.
    package let year: Int64
    /// 1 to 12.
    package let month: Int64
    /// 1 to 28, 29, 30 or 31.
    package let day: Int64

    /// Nil for a day that is in no calendar, such as 31 February.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), (1...CalendarDay.days(in: month, of: year)).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that comes so many days after 1970-01-01; before it for negative numbers.
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooringQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    }

    /// Days since 1970-01-01; negative before. Counted with years that begin in March, so that the leap day is the last.
    package var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooringQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    /// The quotient rounded down.
    func flooringQuotient(_ divisor: Int64) -> Int64 {
        self % divisor < 0 ? self / divisor - 1 : self / divisor
    }
}

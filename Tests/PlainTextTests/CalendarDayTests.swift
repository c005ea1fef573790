// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct CalendarDayTests {
    /// A day, and how many days it comes after 1970-01-01.
    struct Row: Sendable {
        let year, month, day, number: Int64
    }

    @Test(arguments: [
        Row(year: 1970, month: 1, day: 1, number: 0), Row(year: 1969, month: 12, day: 31, number: -1),
        Row(year: 2000, month: 2, day: 29, number: 11_016), Row(year: 2000, month: 3, day: 1, number: 11_017),
        Row(year: 2024, month: 2, day: 29, number: 19_782), Row(year: 2100, month: 3, day: 1, number: 47_541),
        Row(year: 1, month: 1, day: 1, number: -719_162), Row(year: 0, month: 3, day: 1, number: -719_468),
    ])
    func `a day has a number, and the number is that day`(row: Row) throws {
        let day = try #require(CalendarDay(year: row.year, month: row.month, day: row.day))
        #expect(day.daysSince1970 == row.number)
        #expect(CalendarDay(daysSince1970: row.number) == day)
    }

    @Test func `the days of eight hundred years follow one another`() {
        var last = CalendarDay(daysSince1970: -150_001)
        for number in Int64(-150_000)...150_000 {
            let day = CalendarDay(daysSince1970: number)
            let isNext: Bool
            if day.year == last.year, day.month == last.month {
                isNext = day.day == last.day + 1
            } else if day.year == last.year {
                isNext = day.month == last.month + 1 && day.day == 1
            } else {
                isNext = day.year == last.year + 1 && last.month == 12 && day.month == 1
            }
            guard isNext, CalendarDay(year: day.year, month: day.month, day: day.day) == day,
                day.daysSince1970 == number
            else {
                Issue.record("\(day) behind \(last)")
                return
            }
            last = day
        }
    }

    @Test(
        arguments: [
            (2023, 2, 29), (2024, 2, 30), (1900, 2, 29), (2100, 2, 29), (2024, 4, 31), (2024, 2, 31), (2024, 0, 1),
            (2024, 13, 1), (2024, 1, 0), (2024, 1, 32), (2024, 1, -1), (2024, -1, 1),
        ] as [(Int64, Int64, Int64)]
    )
    func `what no calendar has is no day`(year: Int64, month: Int64, day: Int64) {
        #expect(CalendarDay(year: year, month: month, day: day) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The figures as one table with aligned columns.
struct ResultTable {
    private var rows: [[String]] = [["what", "objects", "input", "median", "fastest", "rate", "peak memory", "runs"]]

    mutating func add(_ work: Workload, objects: Int, amount: Int, _ measurement: Measurement) {
        let seconds = measurement.median / .seconds(1)
        let perSecond = Double(amount) / max(seconds, 1e-9)
        let (input, rate) =
            switch work.unit {
            case .bytes: ("\(Self.megabytes(amount)) MB", "\(Self.fixed(perSecond / 1e6, digits: 1)) MB/s")
            case .objects: ("", "\(Int(perSecond.rounded())) objects/s")
            }
        rows.append([
            work.name, String(objects), input, Self.milliseconds(measurement.median),
            Self.milliseconds(measurement.fastest), rate,
            measurement.memoryGrowth.map { "+\(Self.megabytes($0)) MB" } ?? "unknown", String(measurement.runs),
        ])
    }

    /// The lines; the first column stands left, the others right.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func milliseconds(_ time: Duration) -> String { "\(fixed(time / .milliseconds(1), digits: 2)) ms" }

    private static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, digits: 1) }

    /// A number that is not negative with so many digits behind the point.
    private static func fixed(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { power, _ in power * 10 }
        let units = Int((value * Double(scale)).rounded())
        let fraction = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

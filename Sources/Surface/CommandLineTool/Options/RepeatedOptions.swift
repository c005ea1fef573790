// SPDX-License-Identifier: Apache-2.0

/// Options that are given twice: taking the last one silently would drop what a person wrote.
enum RepeatedOptions {
    /// What may be given several times, by command.
    private static let repeatable: [String: Set<String>] = ["run": ["--config"]]

    /// Looks for the first option that stands there twice.
    ///
    /// - Parameter arguments: The command line without the program's name.
    /// - Returns: One line about it; nil when there is none.
    static func problem(in arguments: [String]) -> String? {
        let allowed = arguments.first.flatMap { repeatable[$0] } ?? []
        var seen: Set<String> = []
        for argument in arguments {
            guard argument != "--" else { return nil }
            guard argument.hasPrefix("-"), argument.count > 1 else { continue }
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? argument
            guard !seen.insert(name).inserted, !allowed.contains(name) else { continue }
            return "\(name) is given twice; give it once"
        }
        return nil
    }
}

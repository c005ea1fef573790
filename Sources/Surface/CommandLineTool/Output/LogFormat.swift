// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import Logging
import PlainText

/// How the operator writes its log: for people, or a JSON object a line.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// A logger to standard error that leaves out what is below a level.
    func logger(from level: Logger.Level = .info) -> Logger {
        var logger = Logger(label: "sternpost") { _ in LineLogHandler(format: self) }
        logger.logLevel = level
        return logger
    }
}

/// Writes one line an event to standard error, through the redactor; invisible characters are escaped.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    private let redactor = ProcessOutput.redactor
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    init(format: LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // On one line: a secret that was broken into several is found only then.
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
            .map { ($0.key, redactor.words("\($0.value)", limit: RedactedText.maxBytes)) }
        let time = Date().formatted(.iso8601)
        switch format {
        case .text:
            let details = all.map { key, value -> RedactedText in
                redactor.shown(" \(key)=") + redactor.shown(value, quoted: LineLogHandler.quoted)
            }
            let head = redactor.shown("\(time) \(event.level.rawValue) \(event.message)")
            LogWriter.standardError.write(details.reduce(head) { $0 + $1 })
        case .json:
            var json: JSON = [
                "time": .string(time), "level": .string(event.level.rawValue), "message": .string("\(event.message)"),
            ]
            for (key, value) in all { json[key] = .string(value) }
            LogWriter.standardError.write(redactor.document(json) { $0.text.visibleJSON })
        }
    }

    /// Values with blanks or line breaks are quoted, so that a line stays a line.
    private static func quoted(_ value: String) -> String {
        value.contains { $0.isWhitespace || $0 == "\"" || $0.isNewline } ? JSON.string(value).text : value
    }
}

/// So that a level can be given on the command line by its name.
extension Logger.Level: @retroactive ExpressibleByArgument {}

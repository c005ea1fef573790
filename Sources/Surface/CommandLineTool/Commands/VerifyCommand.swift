// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PlainText
import SyncRecord

/// `sternpost verify`: recomputes the audit chain.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes the hash chain of the history.",
        usage: "sternpost verify <options>",
        discussion:
            "Exit status: 0 intact; 1 broken: the first row that is not as it was written is named; 2 unreadable."
    )

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "A head that was written down elsewhere, as ROW:HASH; its row must still be there.",
            valueName: "row:hash"
        )
    )
    var anchor: String?

    func run() async throws {
        let history = try await data.history(.inspect)
        let result: VerifyResult
        do { result = try await history.verify(anchor: try head()) } catch let error as RecordError {
            throw CommandFailure("\(error)")
        }
        switch result {
        case .intact(let head):
            StandardOutput.line("intact: \(head.sequence.counted("row")), head \(head.sequence):\(head.hash)")
        case .broken(let row, let reason):
            throw CommandFailure("broken at row \(row): \(reason)", status: 1)
        }
    }

    private func head() throws -> ChainHead? {
        guard let anchor else { return nil }
        let parts = anchor.split(separator: ":").map(String.init)
        guard parts.count == 2, let row = Int64(parts[0]) else {
            throw CommandFailure("--anchor \(anchor): expected ROW:HASH, as an earlier verify printed it")
        }
        return ChainHead(sequence: row, hash: parts[1])
    }
}

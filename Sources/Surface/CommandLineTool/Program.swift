// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import GitStore
import PlainText

/// What a process does around its command; the same in `sternpost` and in `sternpost-lab`.
package enum Program {
    /// How long the end of the process waits for a reader of its log.
    private static let flushLimit = DispatchTimeInterval.seconds(1)

    /// What `main` calls: all that the process does. It serves as git's worker when asked to.
    ///
    /// Not an asynchronous `main`, whose queue opens descriptors before our first line: they would become standard input,
    /// output or error where these are closed. The one task here is the whole program.
    ///
    /// - Parameters:
    ///   - root: The command that has all others.
    ///   - elsewhere: Commands that another executable has: their names, and its name.
    package static func start<Root: AsyncParsableCommand>(_ root: Root.Type, elsewhere: [String: String] = [:]) -> Never
    {
        FileDescriptorText.reserveStandardDescriptors()
        MemoryPolicy.apply()
        GitWorker.runIfAsked(arguments: CommandLine.arguments)
        signal(SIGPIPE, SIG_IGN)
        DescriptorBudget.raise()
        if let shortage = DescriptorBudget.shortage(of: DescriptorBudget.commandNeeds) {
            ErrorOutput.write(shortage)
            ProcessEnd.now(2)
        }
        guard ProcessSecrecy.begin() else {
            ErrorOutput.write("the system does not let this process forbid core files (prctl, setrlimit)")
            ProcessEnd.now(2)
        }
        Task { await run(root, elsewhere: elsewhere) }
        dispatchMain()
    }

    /// Runs the command and ends the process.
    private static func run<Root: AsyncParsableCommand>(_ root: Root.Type, elsewhere: [String: String]) async {
        await DescriptorBudget.reserveForDispatch()
        // An operator ends even if its log has no reader; the other commands wait until their output is read.
        var patience: DispatchTimeInterval?
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if let refusal = Program.refusal(of: arguments, root, elsewhere: elsewhere) {
                throw CommandFailure(refusal)
            }
            var command = try root.parseAsRoot()
            if command is RunCommand { patience = flushLimit }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            LogWriter.standardError.flush(within: flushLimit)
            ProcessEnd.now(0)
        } catch let failure as CommandFailure {
            LogWriter.standardError.flush(within: flushLimit)
            ErrorOutput.write(failure.lines, within: patience)
            ProcessEnd.now(failure.status)
        } catch {
            let status = root.exitCode(for: error)
            let text = root.fullMessage(for: error)
            if status == .success {
                StandardOutput.line(text)
            } else if !text.isEmpty {
                ErrorOutput.write([text], within: patience)
            }
            // Wrong words on the command line are 2, like every failure to start.
            ProcessEnd.now(status == .success ? 0 : status == .validationFailure ? 2 : status.rawValue)
        }
    }

    /// One line about arguments that are refused before they are parsed; nil when they are not.
    private static func refusal<Root: ParsableCommand>(
        of arguments: [String],
        _ root: Root.Type,
        elsewhere: [String: String]
    ) -> String? {
        if let name = arguments.first, let program = elsewhere[name] {
            return "\(name) is a command of \(program), which is a program of its own: run \(program) \(name); "
                + "in a checkout, swift build --product \(program) builds it"
        }
        if let name = arguments.first, !name.hasPrefix("-") {
            let program = root.configuration.commandName ?? "this program"
            // The parser itself adds the command that explains the others.
            let names = root.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
            guard names.contains(name) else {
                let hint = NearWord.question(name, in: names) ?? "there are: \(names.joined(separator: ", "))"
                return "\(name) is no command of \(program); \(hint)"
            }
        }
        return RepeatedOptions.problem(in: arguments)
    }
}

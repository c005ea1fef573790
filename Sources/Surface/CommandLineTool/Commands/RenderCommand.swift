// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import GitStore
import KubeObjects
import PlainText
import SyncLoop
import SyncRender
import SyncSource
import YAMLText

/// `sternpost render`: what a commit declares, without a cluster.
struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Prints the objects that would be applied; needs no cluster.",
        usage: "sternpost render <options>",
        discussion: "Exit status: 0; 2 when something cannot be read: every error with its file and line."
    )

    @OptionGroup var repository: RepositoryOptions
    @OptionGroup var data: DataOptions

    @Option(name: .shortAndLong, help: "YAML, or JSON: one List.")
    var output: ManifestFormat = .yaml

    func run() async throws {
        let project = try repository.resolve()
        let rendered = try await untilSignalled { try await self.render(project) }
        for notice in rendered.notices { ErrorOutput.write("note: \(notice.origin): \(notice.message)") }
        if output == .json {
            let list: JSON = [
                "apiVersion": "v1", "kind": "List", "items": .array(rendered.objects.map(\.object.json)),
            ]
            StandardOutput.manifests(OutputFormat.json.text(list))
            return
        }
        for item in rendered.objects {
            StandardOutput.manifests("---\n# \("\(item.origin)".visible)\n\(YAMLText.emit(item.object.json))")
        }
    }

    private func render(_ project: Project) async throws -> RenderedSet {
        do {
            let credentials: GitCredentials?
            switch project.credentials {
            case .folder(let path): credentials = try GitCredentials.fromFolder(path)
            case .secret(let name):
                throw CommandFailure(
                    "project \(project.name): the credentials are in the cluster's Secret \(name), and render needs no "
                        + "cluster: give them with --credentials FOLDER"
                )
            case nil: credentials = nil
            }
            let source = SourceStage(
                reader: SourceReader(
                    spec: project.source,
                    credentials: credentials,
                    folder: "\(data.folder)/mirrors/\(project.name)",
                    workerExecutable: OwnExecutable.path
                )
            )
            return try await source.rendered(at: try await source.poll())
        } catch let failure as RenderFailure {
            throw CommandFailure(failure.problems.map { "error: \($0)" })
        } catch let failure as CommandFailure {
            throw failure
        } catch let failure as PassFailure {
            throw CommandFailure("error: \(failure.message)")
        } catch {
            throw CommandFailure("error: \(error)")
        }
    }
}

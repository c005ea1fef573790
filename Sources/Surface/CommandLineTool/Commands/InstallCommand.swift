// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `sternpost install`: the manifests of `infra/`.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Prints the manifests that run Sternpost in a cluster, for kubectl apply -f -.",
        usage: "sternpost install <options>",
        discussion: "sternpost install --image REGISTRY/sternpost:TAG | kubectl apply -f -"
    )

    @Option(help: ArgumentHelp("The image to run.", valueName: "image"))
    var image: String?

    func validate() throws {
        guard let image else { return }
        guard !image.isEmpty, !image.hasPrefix("-"), image.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw ValidationError("--image \(image.debugDescription): expected an image such as REGISTRY/sternpost:TAG")
        }
    }

    func run() throws {
        for file in InstallManifests.files {
            var text = file.text
            if let image { text = text.replacing("image: sternpost:\(Sternpost.version)", with: "image: \(image)") }
            StandardOutput.manifests("---\n# \(file.path)\n\(text)")
        }
    }
}

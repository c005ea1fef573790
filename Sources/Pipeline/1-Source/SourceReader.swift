// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects

/// Reads one folder of one repository, commit by commit, through a bare mirror on disk. There is never a checkout.
package actor SourceReader {
    private let spec: RepositorySpec

    /// - Parameters:
    ///   - spec: What is read.
    ///   - credentials: What the server may ask for; registered with the redactor here.
    ///   - folder: Holds the bare mirror; made with mode 0700 when it is missing, used by one project only.
    ///   - workerExecutable: Our own binary, started with `git-worker` for every network operation.
    ///   - deadline: The longest time one network operation may take before its process is killed.
    package init(
        spec: RepositorySpec,
        credentials: GitCredentials?,
        folder: String,
        workerExecutable: String,
        deadline: Duration = .seconds(60)
    ) {
        self.spec = spec
        for secret in credentials?.secrets ?? [] { Redactor.shared.register(secret) }
    }

    /// Asks the server where the ref is now: an `ls-remote`, nothing is downloaded.
    package func poll() async throws(SourceError) -> SourceTip {
        throw SourceError(.git(.unreachable), "\(spec.url): not built yet")
    }

    /// All files of the tip's folder; fetches only when the commit is not in the mirror.
    package func snapshot(_ tip: SourceTip) async throws(SourceError) -> SourceSnapshot {
        throw SourceError(.git(.unreachable), "\(spec.url): not built yet")
    }

    /// The object id of the tip's folder: equal ids mean equal files, so rendering can be skipped.
    package func treeID(_ tip: SourceTip) async throws(SourceError) -> String {
        throw SourceError(.git(.unreachable), "\(spec.url): not built yet")
    }
}

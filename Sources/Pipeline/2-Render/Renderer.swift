// SPDX-License-Identifier: Apache-2.0
import Dispatch
import KubeObjects
import SyncSource
import Synchronization
import Waiting
import YAMLText

/// Turns a commit's files into the objects that it declares. Pure: no I/O, no clock; the same files give the same set.
package enum Renderer {
    /// Renders a commit, whole or not at all.
    ///
    /// - Parameters:
    ///   - snapshot: The commit's files.
    ///   - limits: What a commit may cost.
    ///   - stop: Once made, what is returned or thrown says nothing about the commit and is to be thrown away.
    /// - Returns: What the commit declares.
    /// - Throws: ``RenderFailure`` with every problem of every file, when there is any; a commit that declares no
    ///   object is a problem too, because applying it would delete everything.
    package static func render(
        _ snapshot: SourceSnapshot,
        limits: RenderLimits = RenderLimits(),
        stop: StopRequest = StopRequest()
    ) throws(RenderFailure) -> RenderedSet {
        var findings = RenderFindings(limits: limits)
        let files = manifests(of: snapshot, &findings)
        findings.add(read(files, limits: limits, stop: stop))
        addDuplicates(to: &findings)
        if findings.objects.count > limits.maxObjects {
            let problem = "\(findings.objects.count) objects; the limit is \(limits.maxObjects)"
            findings.add(RenderProblem(origin: root(snapshot), problem: problem, remedy: "split the project"))
        }
        if let problem = tooManySecrets(findings.objects, limits) { findings.add(problem) }
        if let problem = tooManyWaves(findings.objects, limits) { findings.add(problem) }
        if findings.objects.isEmpty, findings.problemCount == 0 { findings.add(emptiness(snapshot)) }
        guard findings.problemCount == 0 else {
            throw RenderFailure(
                commit: snapshot.commit,
                problems: findings.toldProblems,
                count: findings.problemCount,
                known: findings.known
            )
        }
        return RenderedSet(
            commit: snapshot.commit,
            treeID: snapshot.treeID,
            objects: findings.objects,
            notices: findings.toldNotices
        )
    }

    /// The problem at the Secret that passes what the values of all may have together; nil when none does.
    private static func tooManySecrets(_ objects: [RenderedObject], _ limits: RenderLimits) -> RenderProblem? {
        var bytes = 0
        for rendered in objects {
            bytes += SecretCheck.cost(of: rendered.object)
            guard bytes > limits.maxSecretBytes else { continue }
            let problem =
                "the values of the Secrets up to here have more than \(limits.maxSecretBytes >> 20) MiB together, "
                + "\(RenderLimits.secretValueBytes) bytes more counted for each"
            return RenderProblem(origin: rendered.origin, problem: problem, remedy: "split the project")
        }
        return nil
    }

    /// The problem at the object with one wave number too many; nil when none has.
    private static func tooManyWaves(_ objects: [RenderedObject], _ limits: RenderLimits) -> RenderProblem? {
        var numbers: Set<Int> = []
        for rendered in objects {
            numbers.insert(WaveNumber.of(rendered.object))
            guard numbers.count > limits.maxWaves else { continue }
            return RenderProblem(
                origin: rendered.origin,
                problem: "the objects up to here have more than \(limits.maxWaves) different wave numbers",
                remedy: "give objects that need not wait for each other the same number"
            )
        }
        return nil
    }

    /// The origin of what concerns the folder as a whole.
    private static func root(_ snapshot: SourceSnapshot) -> Origin {
        Origin(file: snapshot.path.isEmpty ? "." : snapshot.path, line: 1)
    }

    private static func emptiness(_ snapshot: SourceSnapshot) -> RenderProblem {
        RenderProblem(
            origin: root(snapshot),
            problem: "no file in it declares an object, which would mean to delete everything",
            remedy: "check the project's path, or suspend the project and delete its objects by hand"
        )
    }

    private static func manifests(of snapshot: SourceSnapshot, _ findings: inout RenderFindings) -> [SourceFile] {
        let prefix = snapshot.path.isEmpty ? "" : "\(snapshot.path)/"
        let charts = charts(of: snapshot, prefix: prefix)
        return snapshot.files.filter { file in
            // All of a chart is templates and their values; its Chart.yaml has the notice.
            if !charts.isEmpty, !ends(file.path, with: "Chart.yaml"), isBelow(charts, file.path) { return false }
            let isBelowPrefix = file.path.utf8.starts(with: prefix.utf8)
            let path = isBelowPrefix ? String(Substring(file.path.utf8.dropFirst(prefix.utf8.count))) : file.path
            switch FileRule(path: path) {
            case .manifest: return true
            case .ignored: return false
            case .passedOver(let reason):
                let folder = isBelow(charts, file.path) ? "with its whole folder, " : ""
                findings.add(RenderNotice(origin: Origin(file: file.path, line: 1), message: folder + reason))
                return false
            }
        }
    }

    /// Folders of charts, each with its `/`; the synced folder itself does not count as one, whatever it holds.
    /// Compared by bytes, as all names of a commit, because in a `Character` a letter may be combined with its
    /// neighbour.
    private static func charts(of snapshot: SourceSnapshot, prefix: String) -> Set<[UInt8]> {
        var folders: Set<[UInt8]> = []
        for file in snapshot.files where ends(file.path, with: "/Chart.yaml") {
            let folder = Array(file.path.utf8.dropLast("Chart.yaml".utf8.count))
            if !folder.elementsEqual(prefix.utf8) { folders.insert(folder) }
        }
        return folders
    }

    private static func ends(_ path: String, with ending: String) -> Bool {
        path.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }

    /// Whether one of the folders holds the file, at any depth.
    private static func isBelow(_ folders: Set<[UInt8]>, _ path: String) -> Bool {
        let bytes = Array(path.utf8)
        return bytes.indices.contains { bytes[$0] == UInt8(ascii: "/") && folders.contains(Array(bytes[...$0])) }
    }

    /// Reads all files, many of them on all cores; the results come in the order of the files. When their values together
    /// take too much, all is read again one file after the other, so that the error stands where the limit is passed.
    private static func read(_ files: [SourceFile], limits: RenderLimits, stop: StopRequest) -> RenderFindings {
        let budget = ValueBudget(maxBytes: limits.maxValueBytes, stop: stop)
        let findings = readTogether(files, limits: limits, budget: budget)
        return budget.isSpent ? readInOrder(files, limits: limits, stop: stop) : findings
    }

    private static func readInOrder(
        _ files: [SourceFile],
        limits: RenderLimits,
        stop: StopRequest
    ) -> RenderFindings {
        let budget = ValueBudget(maxBytes: limits.maxValueBytes, stop: stop)
        var findings = RenderFindings(limits: limits)
        for file in files where !budget.isSpent {
            findings.add(FileRendering(file, limits: limits, budget: budget).findings)
            // Frees the partial results, because memory is short.
            findings.forgetObjects()
        }
        return findings
    }

    /// Reads files one after the other until the budget is spent.
    private static func readPortion(
        _ files: some Sequence<SourceFile>,
        limits: RenderLimits,
        budget: ValueBudget
    ) -> RenderFindings {
        var findings = RenderFindings(limits: limits)
        for file in files where !budget.isSpent {
            findings.add(FileRendering(file, limits: limits, budget: budget).findings)
        }
        return findings
    }

    private static func readTogether(
        _ files: [SourceFile],
        limits: RenderLimits,
        budget: ValueBudget
    ) -> RenderFindings {
        let bytes = files.reduce(0) { $0 + $1.bytes.count }
        guard files.count > 1, bytes > 64 << 10 else { return readPortion(files, limits: limits, budget: budget) }
        // Small portions, so that one with large files does not keep a core waiting for the other.
        let portion = max(1, min(32, files.count / 8))
        let portions = (files.count + portion - 1) / portion
        let results = Mutex<[Int: RenderFindings]>([:])
        DispatchQueue.concurrentPerform(iterations: portions) { index in
            let range = (index * portion)..<min(files.count, (index + 1) * portion)
            let findings = readPortion(files[range], limits: limits, budget: budget)
            results.withLock { $0[index] = findings }
        }
        let byPortion = results.withLock { $0 }
        var all = RenderFindings(limits: limits)
        for index in 0..<portions { if let findings = byPortion[index] { all.add(findings) } }
        return all
    }

    /// Adds one problem for each object that stands a second time, naming the first place.
    private static func addDuplicates(to findings: inout RenderFindings) {
        let objects = findings.objects
        var first: [ObjectID: Origin] = [:]
        first.reserveCapacity(objects.count)
        for rendered in objects {
            let id = rendered.object.id
            guard let origin = first[id] else {
                first[id] = rendered.origin
                continue
            }
            findings.add(
                RenderProblem(
                    origin: rendered.origin,
                    problem: "\(id) is declared twice, first at \(origin)",
                    remedy: "keep one of the two"
                )
            )
        }
    }
}

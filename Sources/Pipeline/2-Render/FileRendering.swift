// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncSource
import YAMLText

/// The result of one file: its objects, or its problems, and its notices.
struct FileRendering: Sendable {
    private(set) var findings: RenderFindings
    private let file: SourceFile
    private let limits: RenderLimits
    private var searchedLines = 0
    private var searchedBytes = 0

    /// The most problems of one file that get the line of their field, and only while the searches together have not
    /// read much more than the file.
    private static let maxSearchedLines = 100
    private static let maxSearchedBytes = 4 << 20

    /// Reads one manifest file, to its end also when it has problems.
    init(_ file: SourceFile, limits: RenderLimits, budget: ValueBudget? = nil) {
        self.file = file
        self.limits = limits
        findings = RenderFindings(limits: limits)
        let reading = YAMLText.read(file.bytes, limits: YAMLLimits(maxBytes: limits.maxFileBytes), budget: budget)
        for error in reading.errors { report(error.problem, error.remedy, line: error.line) }
        for document in reading.documents { add(document) }
        findings.sortProblems()
    }

    private mutating func report(_ problem: String, _ remedy: String, line: Int) {
        let origin = Origin(file: file.path, line: line)
        findings.add(RenderProblem(origin: origin, problem: problem, remedy: remedy))
    }

    private mutating func add(_ document: YAMLDocument) {
        var expansion = ListExpansion(document, limits: limits)
        expansion.run()
        for fault in expansion.faults.elements { report(fault.problem, fault.remedy, line: fault.line) }
        findings.count(moreProblems: expansion.faults.more)
        if expansion.isEmptyList { note("an empty list: nothing to deploy", line: document.line) }
        for item in expansion.items { add(item, of: document) }
    }

    private mutating func note(_ message: String, line: Int) {
        findings.add(RenderNotice(origin: Origin(file: file.path, line: line), message: message))
    }

    private mutating func add(_ item: ListExpansion.Item, of document: YAMLDocument) {
        if let group = item.json["apiVersion"]?.string, group.hasPrefix("kustomize.config.k8s.io/") {
            note("passed over: no kustomize build is done", line: item.line)
            return
        }
        var check = ObjectCheck(item.json, limits: limits)
        check.run()
        for fault in check.faults.elements {
            // Each of these lines costs a reading of the document; after the first few, the line of the object is used.
            searchedLines += 1
            searchedBytes += document.sourceBytes
            let isSearched = searchedLines <= Self.maxSearchedLines && searchedBytes <= Self.maxSearchedBytes
            let line = isSearched || searchedLines == 1 ? document.line(of: item.path + fault.path) : item.line
            report(fault.problem, fault.remedy, line: line)
        }
        findings.count(moreProblems: check.faults.more)
        guard check.faults.isEmpty, let object = check.object else {
            let isSecret = item.json["kind"]?.string?.lowercased().hasPrefix("secret") == true
            if isSecret || item.json["stringData"] != nil { findings.add(faultySecret: item.json) }
            return
        }
        if object.annotation("config.kubernetes.io/local-config") == "true" {
            note("\(object.id) passed over: config.kubernetes.io/local-config is \"true\"", line: item.line)
            return
        }
        for stripped in check.stripped {
            note("\(object.id): \(stripped) is the server's to set; left out", line: item.line)
        }
        if check.isOwnedByUID {
            let words = "metadata.ownerReferences name an owner by a uid, which exists in one cluster only"
            note("\(object.id): \(words); in others the garbage collector deletes the object", line: item.line)
        }
        for key in check.overruled {
            let words = "stringData.\(key) is applied, and data.\(key), which says another value, is not"
            note("\(object.id): \(words)", line: item.line)
        }
        findings.add(RenderedObject(object: object, origin: Origin(file: file.path, line: item.line)))
    }
}

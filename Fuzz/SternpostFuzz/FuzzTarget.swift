// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One reader of text from outside, with the properties that must hold whatever the text is.
enum FuzzTarget: String, CaseIterable {
    case yaml, render, json, kubeconfig, project, address, version, knownHosts, privateKey, fields, quantity, inventory
    case watch, answer, discovery, http, query, redactor, image, registry, rollout

    /// The one that `STERNPOST_FUZZ_TARGET` names; nil, with a word on standard error, for anything else.
    static let chosen: FuzzTarget? = {
        let name = ProcessInfo.processInfo.environment["STERNPOST_FUZZ_TARGET"] ?? ""
        if let target = FuzzTarget(rawValue: name) { return target }
        let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
        FileHandle.standardError.write(Data("set STERNPOST_FUZZ_TARGET to one of: \(known)\n".utf8))
        return nil
    }()

    /// Reads one input; a property that does not hold ends the process.
    func run(_ bytes: [UInt8]) {
        switch self {
        case .yaml: YAMLFuzz.read(bytes)
        case .render: RenderFuzz.render(bytes)
        case .json: JSONFuzz.parse(bytes)
        case .kubeconfig: ConfigurationFuzz.kubeconfig(bytes)
        case .project: ConfigurationFuzz.project(bytes)
        case .address: GitFuzz.address(bytes)
        case .version: GitFuzz.version(bytes)
        case .knownHosts: GitFuzz.knownHosts(bytes)
        case .privateKey: GitFuzz.privateKey(bytes)
        case .fields: ObjectFuzz.fields(bytes)
        case .quantity: ObjectFuzz.quantity(bytes)
        case .inventory: ObjectFuzz.inventory(bytes)
        case .watch: AnswerFuzz.watch(bytes)
        case .answer: AnswerFuzz.answer(bytes)
        case .discovery: AnswerFuzz.discovery(bytes)
        case .http: HTTPFuzz.head(bytes)
        case .query: ConfigurationFuzz.query(bytes)
        case .redactor: RedactorFuzz.redact(bytes)
        case .image: ImageFuzz.reference(bytes)
        case .registry: ImageFuzz.registry(bytes)
        case .rollout: ImageFuzz.rollout(bytes)
        }
    }
}

/// Ends the process, so that libFuzzer keeps the input, unless the property holds.
func require(_ holds: @autoclosure () -> Bool, _ property: @autoclosure () -> String) {
    if !holds() { fatalError(property()) }
}

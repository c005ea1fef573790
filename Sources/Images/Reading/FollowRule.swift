// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncPlan

/// Which tags of a workload's images move: what the project says, and what the workload's own annotations say.
///
/// Keel's `keel.sh/policy: force` with or without `keel.sh/matchTag` asks for the workload's own tag, whatever it is
/// (keel.sh, "Policies"); it may stand among the labels, too. Keel's other policies change tags, which only git may do
/// here.
struct FollowRule {
    private let isOff: Bool
    private let followsAnyTag: Bool
    private let patterns: [TagPattern]

    init(_ workload: KubeObject, policy: ImagePolicy) {
        func keel(_ key: String) -> String? {
            (workload.annotation("keel.sh/\(key)") ?? workload.label("keel.sh/\(key)"))?.lowercased()
        }
        let own = workload.annotation(SyncAnnotation.rollTags).flatMap(TagPattern.list) ?? []
        let wish = workload.annotation(SyncAnnotation.rollLatest)?.lowercased()
        followsAnyTag = keel("policy") == "force"
        let isWanted = wish == "true" || !own.isEmpty || followsAnyTag
        isOff = wish == "false" || keel("policy") == "never" || !(policy.rollLatest || isWanted)
        patterns = (policy.rollLatest || wish == "true" ? policy.tags : []) + own
    }

    /// Whether an image whose name cannot be read would be followed by what stands where its tag is: a tag is asked for as
    /// such, no tag means `latest`, and what can be no tag might have become any.
    func follows(_ unnamed: UnnamedImage) -> Bool {
        guard !isOff, followsAnyTag || !patterns.isEmpty else { return false }
        if let at = unnamed.image.lastIndex(of: "@") {
            return ImageDigest(String(unnamed.image[unnamed.image.index(after: at)...])) == nil
        }
        let end = unnamed.image.lastIndex(of: "/").map(unnamed.image.index(after:)) ?? unnamed.image.startIndex
        let last = unnamed.image[end...]
        let tag = last.firstIndex(of: ":").map { String(last[last.index(after: $0)...]) } ?? "latest"
        guard let named = try? ImageReference("a:\(tag)") else { return true }
        return follows(named)
    }

    func follows(_ reference: ImageReference) -> Bool {
        guard !isOff, reference.digest == nil, let tag = reference.tag else { return false }
        return followsAnyTag || patterns.contains { $0.matches(tag) }
    }
}

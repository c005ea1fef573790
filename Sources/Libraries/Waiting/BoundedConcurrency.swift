// SPDX-License-Identifier: Apache-2.0

/// Runs `body` once for each item, at most `limit` at a time.
///
/// - Parameters:
///   - items: What to work on; the first ones start first.
///   - limit: How many run at the same time, 1 or more.
///   - body: Handles one item. One that fails says so in its result; it does not stop the others.
/// - Returns: One result per item, in the items' order. Nil for the items that were not started because the task was
///   cancelled; those that had started are waited for.
package func concurrently<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    limit: Int,
    _ body: @escaping @Sendable (Item) async -> Result
) async -> [Result?] {
    await withTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: items.count)
        var next = items.startIndex
        func startNext() {
            guard next < items.endIndex, !Task.isCancelled else { return }
            let index = next
            next += 1
            group.addTask { (index, await body(items[index])) }
        }
        for _ in 0..<max(1, limit) { startNext() }
        while let (index, result) = await group.next() {
            results[index] = result
            startNext()
        }
        return results
    }
}

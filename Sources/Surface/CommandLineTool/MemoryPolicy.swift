// SPDX-License-Identifier: Apache-2.0
import CMalloc

/// How glibc's allocator keeps memory; measured in docs/performance.md.
enum MemoryPolicy {
    /// Blocks of this size and more go back to the system as soon as they are free.
    private static let mappedBytes: Int32 = 128 << 10

    /// Call it before the first thread starts.
    ///
    /// glibc gives each thread an arena of its own, and what is freed in one cannot serve another: with a handful of
    /// threads, pages of a list that one thread has parsed stay resident while the next page fills another arena.
    static func apply() {
        _ = mallopt(M_ARENA_MAX, 1)
        // A fixed size: glibc would raise it to that of the largest block freed so far and keep such blocks.
        _ = mallopt(M_MMAP_THRESHOLD, mappedBytes)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncRecord

/// Which process keeps a folder, by what the system tells.
struct FolderLockTests {
    private static let locks = """
        1: POSIX  ADVISORY  WRITE 11 08:01:5678 0 EOF
        2: FLOCK  ADVISORY  WRITE 0 08:01:99 0 EOF
        3: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
        3: -> FLOCK  ADVISORY  WRITE 4321 08:01:777 0 EOF
        4: FLOCK  ADVISORY  WRITE 77 103:100:5678 0 EOF

        """

    private static let rows: [(device: UInt64, inode: UInt64, process: Int32?)] = [
        (0x801, 5678, 1234), (0x801, 99, nil), (0x801, 777, nil), (0x802, 5678, nil), (0x11_0300, 5678, 77),
    ]

    @Test(arguments: rows)
    func `the holder of the lock is found by the file`(device: UInt64, inode: UInt64, process: Int32?) {
        #expect(FolderLock.holder(in: Self.locks, device: device, inode: inode) == process)
    }

    @Test(arguments: ["", "1:", "nonsense\n\n", "1: FLOCK ADVISORY WRITE many 08:01:5678 0 EOF"])
    func `what cannot be read names nobody`(locks: String) {
        #expect(FolderLock.holder(in: locks, device: 0x801, inode: 5678) == nil)
    }
}

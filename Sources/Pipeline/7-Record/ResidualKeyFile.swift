// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes
import SyncLook
import SyncPlan

/// The key of the hashes that marks hold of values: 32 random bytes beside the history, never in it, so that a copy of the
/// history does not help to guess values of Secrets.
enum ResidualKeyFile {
    private static let name = "residual.key"

    /// The folder's key. Where there is none, and none can be made, a key that only this process knows: objects whose
    /// residuals were hashed with an older key are then applied once more.
    ///
    /// - Parameters:
    ///   - folder: The data folder.
    ///   - makesOne: Whether to replace a key that is absent or damaged; the process must operate on the folder.
    /// - Returns: A key; never fails.
    static func key(in folder: String, makesOne: Bool) -> ResidualKey {
        let path = folder + "/" + name
        if let key = read(path) { return key }
        let key = ResidualKey.random()
        guard makesOne, write(key, path) else { return .ephemeral }
        return key
    }

    private static func read(_ path: String) -> ResidualKey? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: ResidualKey.byteCount + 1)
        let count = Foundation.read(file, &bytes, bytes.count)
        return count < 0 ? nil : ResidualKey(bytes: Array(bytes.prefix(count)))
    }

    /// Whether the key is in the file now, whole.
    private static func write(_ key: ResidualKey, _ path: String) -> Bool {
        PrivateFile.removeDrafts(of: path)
        do throws(SystemFailure) { try PrivateFile.write(key.bytes, to: path, isDurable: true) } catch { return false }
        return true
    }
}

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
    /// - Returns: A key; never fails. With one line for people when it cannot be kept, or what a killed process has left
    ///   of one cannot be removed.
    static func key(in folder: String, makesOne: Bool) -> (key: ResidualKey, notice: String?) {
        let path = folder + "/" + name
        if let key = read(path) { return (key, nil) }
        guard makesOne else { return (.ephemeral, nil) }
        var notice: String?
        do throws(SystemFailure) { try PrivateFile.removeDrafts(of: path) } catch {
            notice = "\(path): what a killed process has left of it stays: \(error); remove \(path).draft.* by hand"
        }
        let key = ResidualKey.random()
        do throws(SystemFailure) { try PrivateFile.write(key.bytes, to: path, isDurable: true) } catch {
            let result = "objects that the API server stores differently are applied once more after each start"
            return (.ephemeral, "\(path): cannot be written: \(error); until it can, \(result)")
        }
        return (key, notice)
    }

    private static func read(_ path: String) -> ResidualKey? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: ResidualKey.byteCount + 1)
        let count = Foundation.read(file, &bytes, bytes.count)
        return count < 0 ? nil : ResidualKey(bytes: Array(bytes.prefix(count)))
    }
}

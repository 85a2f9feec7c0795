import Crypto
import FoundationEssentials
import Glibc

/// Seals endpoints' targets and secrets with AES-256-GCM, so that the store alone is no use to whoever reads it.
package struct AlertSecrets: Sendable {
    private let key: SymmetricKey

    /// The key of a file: 32 bytes in base64. Makes it, readable by its owner alone, where there is none.
    ///
    /// Reads and writes files: not on an event loop.
    package init(file path: String) throws(ServerError) {
        func wrong(_ why: String) -> ServerError {
            ServerError(.invalidAlertKey, "The key of alerts' secrets, \(path), \(why).")
        }
        if !FileManager.default.fileExists(atPath: path) {
            let text = Data(SecureBytes.random(32)).base64EncodedString() + "\n"
            // It has its name when it is whole: of two that start at once the first one's stays, and the other
            // reads all of it.
            let temporary = "\(path).\(UInt64.random(in: .min ... .max))"
            let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw wrong("cannot be made: \(String(cString: strerror(errno)))") }
            defer { unlink(temporary) }
            let written = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            let isSynced = fsync(descriptor) == 0
            guard Glibc.close(descriptor) == 0, isSynced, written == text.utf8.count else {
                throw wrong("cannot be written")
            }
            guard link(temporary, path) == 0 || errno == EEXIST else {
                throw wrong("cannot be made: \(String(cString: strerror(errno)))")
            }
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { throw wrong("cannot be read") }
        let trimmed = String(text.filter { !$0.isWhitespace })
        guard let bytes = Data(base64Encoded: trimmed), bytes.count == 32 else {
            throw wrong("does not hold 32 bytes in base64; make one by `openssl rand -base64 32`")
        }
        key = SymmetricKey(data: bytes)
    }

    /// - Parameter id: the endpoint's: what is sealed for one opens for no other.
    func seal(_ target: WebhookTarget, id: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            Data(try JSONOutput.encode(target)), using: key, authenticating: Data(id.utf8))
        // With a nonce of the usual length it always has a combined form.
        return Array(box.combined ?? Data())
    }

    /// `nil` where it was sealed with another key, or for another endpoint.
    func open(_ sealed: [UInt8], id: String) -> WebhookTarget? {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed)),
            let open = try? AES.GCM.open(box, using: key, authenticating: Data(id.utf8))
        else { return nil }
        return try? JSONDecoder().decode(WebhookTarget.self, from: open)
    }
}

import Crypto
import FoundationEssentials

/// The key with which receivers' targets and secrets are sealed, as people tell it from another one.
package enum AlertKey {
    /// Eight bytes of the SHA-256 of the key in this file, in hexadecimal digits: they say which key it is, and nothing
    /// of it. `nil` where there is no key. Reads a file: not on an event loop.
    package static func fingerprint(file path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let key = Data(base64Encoded: String(text.filter { !$0.isWhitespace })), key.count == 32
        else { return nil }
        return SHA256.hash(data: key).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

import Crypto

/// A secret of 256 random bits, as people and programs carry it: 43 characters of base64url.
package struct Token: Sendable, Equatable {
    package let text: String

    package static func random() -> Token { Token(unchecked: Base64URL.encode(SecureBytes.random(32))) }

    /// `nil` where the text cannot be a token: then nothing need be looked up.
    package init?(_ text: String) {
        guard text.utf8.count == 43, Base64URL.decode(text)?.count == 32 else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// SHA-256, all that is ever stored. A token is random, so it needs no salt and no slow hash.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "Token(…)" }
    package var debugDescription: String { description }
}

/// Bytes from the system's random source.
enum SecureBytes {
    static func random(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }
}

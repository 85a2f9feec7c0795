import Crypto

/// A secret of 256 random bits, as people and programs carry it: 43 characters of base64url. In front of that a key has
/// `venus_`, its id and `_`, so that it is known for what it is wherever it turns up.
package struct Token: Sendable, Equatable {
    private static let secretLength = 43
    private static let keyPrefix = "venus_"
    /// Hexadecimal digits of a key's id.
    package static let keyIDLength = 12

    package let text: String
    /// Of an API key; `nil` for the token of a session, and of a sign-in link.
    package let keyID: String?

    package static func random() -> Token { Token(unchecked: Base64URL.encode(SecureBytes.random(32)), keyID: nil) }

    /// A new API key.
    package static func randomKey() -> Token {
        let id = SecureBytes.random(keyIDLength / 2).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return Token(unchecked: "\(keyPrefix)\(id)_\(Base64URL.encode(SecureBytes.random(32)))", keyID: id)
    }

    /// `nil` where the text cannot be a token: then nothing need be looked up.
    package init?(_ text: String) {
        var secret = text[...]
        var id: String?
        if text.hasPrefix(Self.keyPrefix), text.utf8.count > Self.secretLength {
            let rest = text.dropFirst(Self.keyPrefix.count)
            let digits = rest.prefix(Self.keyIDLength)
            guard digits.utf8.count == Self.keyIDLength, digits.utf8.allSatisfy(Self.isHexDigit) else { return nil }
            guard rest.dropFirst(Self.keyIDLength).first == "_" else { return nil }
            id = String(digits)
            secret = rest.dropFirst(Self.keyIDLength + 1)
        }
        guard secret.utf8.count == Self.secretLength, Base64URL.decode(String(secret))?.count == 32 else { return nil }
        self.text = text
        keyID = id
    }

    private init(unchecked text: String, keyID: String?) {
        self.text = text
        self.keyID = keyID
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

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

    /// In a time that tells nothing of where they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

import Crypto
import CryptoExtras

/// The administrator's secret, or a user's password, as it is stored: scrypt (RFC 7914), with its parameters and salt
/// beside it.
package struct SecretHash: Sendable, Equatable {
    /// scrypt's cost: 2^15 blocks of 1 KiB, 32 MiB and about a tenth of a second.
    package static let defaultCostExponent = 15
    private static let blockSize = 8
    private static let length = 32

    private var costExponent: Int
    private var salt: [UInt8]
    private var key: [UInt8]

    /// Takes a while and 32 MiB: not on an event loop.
    package init(secret: String, costExponent: Int = SecretHash.defaultCostExponent) throws {
        self.costExponent = costExponent
        salt = SecureBytes.random(16)
        key = try Self.derive(secret, salt: salt, costExponent: costExponent)
    }

    private init(costExponent: Int, salt: [UInt8], key: [UInt8]) {
        self.costExponent = costExponent
        self.salt = salt
        self.key = key
    }

    /// A hash that no secret has: verifying one against it takes as long as against any other.
    package static func ofNobody() -> SecretHash {
        SecretHash(costExponent: defaultCostExponent, salt: SecureBytes.random(16), key: SecureBytes.random(length))
    }

    /// Reads ``text``.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt", let exponent = Int(parts[1]), (10...20).contains(exponent),
            let salt = Base64URL.decode(String(parts[2])), salt.count >= 16,
            let key = Base64URL.decode(String(parts[3])), key.count == Self.length
        else { return nil }
        costExponent = exponent
        self.salt = salt
        self.key = key
    }

    /// The form in the store: `scrypt$15$SALT$KEY`.
    package var text: String { "scrypt$\(costExponent)$\(Base64URL.encode(salt))$\(Base64URL.encode(key))" }

    /// Takes as long as making one. In constant time as far as the secret goes.
    package func verifies(_ secret: String) throws -> Bool {
        let other = try Self.derive(secret, salt: salt, costExponent: costExponent)
        return SecureBytes.areEqual(key, other)
    }

    private static func derive(_ secret: String, salt: [UInt8], costExponent: Int) throws -> [UInt8] {
        let rounds = 1 << costExponent
        return try KDF.Scrypt.deriveKey(
            from: Array(secret.utf8), salt: salt, outputByteCount: length, rounds: rounds, blockSize: blockSize,
            parallelism: 1, maxMemory: 128 * blockSize * (rounds + 64)
        ).withUnsafeBytes { Array($0) }
    }
}

import Crypto
import Foundation

/// The secret that an endpoint's messages are signed with: 24 to 64 random bytes, written `whsec_` and base64 (Standard
/// Webhooks 1.0.0, "Signature scheme").
public struct WebhookSecret: Sendable, Equatable {
    public static let prefix = "whsec_"
    public static let byteCounts = 24...64

    let bytes: [UInt8]

    /// A new one, of 32 bytes.
    public static func random() -> WebhookSecret {
        WebhookSecret(bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// `nil` where the text is not what ``text`` writes, or the secret too short or too long.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            Self.byteCounts.contains(data.count)
        else { return nil }
        bytes = Array(data)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// What the receiver is given.
    public var text: String { Self.prefix + Data(bytes).base64EncodedString() }

    public static func == (left: WebhookSecret, right: WebhookSecret) -> Bool {
        left.bytes.count == right.bytes.count
            && zip(left.bytes, right.bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "WebhookSecret(…)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

import Crypto
import Foundation

/// The headers of a signed message (Standard Webhooks 1.0.0, "Webhook headers").
public enum WebhookSignature {
    public static let idHeader = "webhook-id"
    public static let timestampHeader = "webhook-timestamp"
    public static let signatureHeader = "webhook-signature"

    /// - Parameters:
    ///   - id: the same for every attempt; `nil` is returned where it is empty or holds what is not a letter, a digit,
    ///     `_` or `-`: a full stop would let one message pass for another.
    ///   - now: of this attempt, in seconds since the epoch.
    ///   - body: the bytes that are sent.
    ///   - secrets: at least one; each makes a signature.
    public static func headers(
        id: String, at now: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) -> [(name: String, value: String)]? {
        guard isID(id), !secrets.isEmpty else { return nil }
        let signatures = secrets.map {
            "v1," + Data(code(id: id, at: now, body: body, secret: $0)).base64EncodedString()
        }
        return [
            (idHeader, id), (timestampHeader, String(now)), (signatureHeader, signatures.joined(separator: " ")),
        ]
    }

    /// Whether an id may be signed.
    public static func isID(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 256
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func code(id: String, at now: Int64, body: [UInt8], secret: WebhookSecret) -> [UInt8] {
        var code = HMAC<SHA256>(key: SymmetricKey(data: secret.bytes))
        code.update(data: Array("\(id).\(now).".utf8))
        code.update(data: body)
        return Array(code.finalize())
    }
}

import Crypto

/// Signs requests as object stores want it: AWS Signature Version 4, all in fields, of a body whose hash is known.
/// Pure.
///
/// Source: the Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header".
package enum S3Signature {
    private static let algorithm = "AWS4-HMAC-SHA256"

    /// A request as it will be sent.
    package struct Request: Sendable {
        package var method: String
        /// As the field `Host` will have it.
        package var host: String
        /// Percent-encoded by ``S3Signature/encode(_:keepsSlashes:)``.
        package var path: String
        /// Not encoded, in any order.
        package var query: [(name: String, value: String)]
        /// Those that are signed beside the ones that are made here; names in any case.
        package var fields: [(name: String, value: String)]
        package var body: [UInt8]

        package init(
            method: String, host: String, path: String, query: [(name: String, value: String)] = [],
            fields: [(name: String, value: String)] = [], body: [UInt8] = []
        ) {
            self.method = method
            self.host = host
            self.path = path
            self.query = query
            self.fields = fields
            self.body = body
        }

        /// The query as it is signed, and to be sent: encoded and in order; empty without any.
        package var queryText: String {
            query.map { (S3Signature.encode($0.name), S3Signature.encode($0.value)) }
                .sorted { $0.0 == $1.0 ? $0.1.isBelow($1.1) : $0.0.isBelow($1.0) }
                .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        }
    }

    /// The fields to be added to the request, `Host` not among them.
    ///
    /// - Parameter milliseconds: since the epoch.
    package static func fields(
        for request: Request, region: String, credentials: S3Credentials, at milliseconds: Int64
    ) -> [(name: String, value: String)] {
        let instant = self.instant(milliseconds)
        let hash = hex(SHA256.hash(data: request.body))
        var added = [("x-amz-content-sha256", hash), ("x-amz-date", instant)]
        if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
        let signed = ([("host", request.host)] + request.fields.map { ($0.name, $0.value) } + added)
            .map { (name: $0.0.lowercased(), value: $0.1) }.sorted { $0.name.isBelow($1.name) }
        let names = signed.map(\.name).joined(separator: ";")
        let canonical =
            "\(request.method)\n\(request.path)\n\(request.queryText)\n"
            + signed.map { "\($0.name):\($0.value)\n" }.joined() + "\n\(names)\n\(hash)"
        let day = String(instant.prefix(8))
        let scope = "\(day)/\(region)/s3/aws4_request"
        let toBeSigned = "\(algorithm)\n\(instant)\n\(scope)\n\(hex(SHA256.hash(data: Array(canonical.utf8))))"
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [day, region, "s3", "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        let signature = hex(HMAC<SHA256>.authenticationCode(for: Array(toBeSigned.utf8), using: key))
        let authorization =
            "\(algorithm) Credential=\(credentials.accessKeyID)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
        return added.map { (name: $0.0, value: $0.1) } + [("Authorization", authorization)]
    }

    /// Percent-encodes all but letters, digits, `-`, `.`, `_` and `~` (RFC 3986, section 2.3).
    package static func encode(_ text: String, keepsSlashes: Bool = false) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: "/") where keepsSlashes: bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digit(byte >> 4, UInt8(ascii: "A")), digit(byte & 15, UInt8(ascii: "A"))]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `20130524T000000Z`.
    static func instant(_ milliseconds: Int64) -> String {
        Timestamp.text(milliseconds: milliseconds).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        String(
            decoding: bytes.flatMap { [digit($0 >> 4, UInt8(ascii: "a")), digit($0 & 15, UInt8(ascii: "a"))] },
            as: UTF8.self)
    }

    private static func digit(_ value: UInt8, _ ten: UInt8) -> UInt8 { value < 10 ? 48 + value : ten + value - 10 }
}

extension String {
    /// In the order of their bytes.
    fileprivate func isBelow(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

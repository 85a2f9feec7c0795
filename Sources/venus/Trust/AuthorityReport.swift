import Foundation
import VenusProxy

/// What there is to say of an authority, and nothing of its key.
struct AuthorityReport {
    private struct Output: Encodable {
        struct Certificate: Encodable {
            var sha256: String
            var valid_from: String
            var valid_until: String
        }

        var path: String
        var certificate: Certificate
        var former: [Certificate]
        var trust_stores: [TrustStore]
    }

    private let output: Output

    init(_ content: AuthorityFile.Content, path: String) {
        output = Output(
            path: path, certificate: Self.described(content.authority.certificate),
            former: content.former.map(Self.described), trust_stores: TrustStore.all)
    }

    private static func described(_ certificate: Certificate) -> Output.Certificate {
        Output.Certificate(
            sha256: certificate.fingerprint, valid_from: time(certificate.validFrom),
            valid_until: time(certificate.validUntil))
    }

    var lines: [String] {
        [
            "kept in      \(output.path)",
            "SHA-256      \(output.certificate.sha256)",
            "valid until  \(output.certificate.valid_until)",
        ] + output.former.map { "before       \($0.sha256), until \($0.valid_until)" }
    }

    func printJSON() throws { try Self.printJSON(output) }

    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        printLine(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// RFC 3339, UTC.
    static func time(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}

import Foundation
import VenusProxy

/// Certificates of authorities in PEM, as a program is given them in one file: the system's, those that somebody added
/// by the usual variables, and ours.
struct TrustBundle: Sendable {
    /// Where systems keep all their authorities in one file: Debian, Ubuntu, Alpine; RHEL, Fedora; SUSE; others.
    private static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem", "/etc/ssl/cert.pem",
    ]
    /// Longer files are no bundles: the largest in use hold a few hundred certificates.
    private static let maximumBytes = 16 << 20

    /// All of them.
    let bundle: [UInt8]
    /// Ours alone, and those that were to be added to a program's own (`NODE_EXTRA_CA_CERTS`).
    let extra: [UInt8]

    /// - Parameters:
    ///   - ours: the present authority and those before it.
    ///   - variables: those that the program would have had: what they name is trusted on.
    init(_ ours: [Certificate], variables: [String: String]) throws {
        let own = try ours.flatMap { try $0.pem() }
        let named = TrustVariable.bundles.compactMap { variables[$0] }.filter { !$0.isEmpty }
        // The system's first, though a variable may name others: programs that do not read it have used the system's.
        let files = (Self.systemFile.map { [$0] } ?? []) + named
        guard !files.isEmpty else {
            throw CommandFailure(
                "there is no list of the system's authorities here: install ca-certificates, or name one by "
                    + "SSL_CERT_FILE")
        }
        var bytes: [UInt8] = []
        for path in Self.unique(files) { bytes += try Self.read(path) }
        bundle = bytes + own
        let before = variables[TrustVariable.extra].flatMap { $0.isEmpty ? nil : $0 }
        extra = try before.map { try Self.read($0) + own } ?? own
    }

    static var systemFile: String? { places.first { FileManager.default.isReadableFile(atPath: $0) } }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path), data.count <= maximumBytes else {
            throw CommandFailure("cannot read the authorities in \(path)")
        }
        return Array(data) + (data.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")])
    }

    private static func unique(_ paths: [String]) -> [String] {
        var seen: Set<String> = []
        return paths.filter { seen.insert(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path).inserted }
    }
}

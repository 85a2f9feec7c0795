import NIOCore
import NIOSSL

/// Which certificates of a server we believe.
package enum WebTrust: Sendable, Hashable {
    /// For its name, from an authority that the system trusts.
    case system
    /// For its name, from one of the authorities in a file (PEM), and no other.
    case authorities(file: String)
    /// The first in a file (PEM), whatever it is for: of a server on this machine, whose file we can read.
    case certificate(file: String)

    /// Throws where there are no certificates that could be trusted.
    package func check() throws(WebFailure) { _ = try WebSecurity(self, host: "localhost") }
}

/// What encrypts connections to one server, by TLS 1.2 or later.
struct WebSecurity: Sendable {
    private let context: NIOSSLContext
    private let name: String?
    /// The only one that is believed; `nil`: as the context says.
    private let certificate: NIOSSLCertificate?

    /// Reads files: not on an event loop.
    init(_ trust: WebTrust, host: String, protocols: [String] = ["http/1.1"]) throws(WebFailure) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        let what: String
        switch trust {
        case .system:
            what = "the authorities that the system trusts"
            certificate = nil
        case .authorities(let file):
            what = file
            certificate = nil
            configuration.trustRoots = .file(file)
        case .certificate(let file):
            what = file
            guard let own = try? NIOSSLCertificate.fromPEMFile(file).first else { throw .noTrust(file) }
            certificate = own
            configuration.certificateVerification = .noHostnameVerification
        }
        do { context = try NIOSSLContext(configuration: configuration) } catch { throw .noTrust(what) }
        // An address is not asked for (RFC 6066, section 3), but verified all the same.
        name = IPAddress.isAddress(host) ? nil : host
    }

    func handler() throws -> NIOSSLClientHandler {
        guard let certificate else { return try NIOSSLClientHandler(context: context, serverHostname: name) }
        return try NIOSSLClientHandler(
            context: context, serverHostname: name,
            customVerificationCallback: { shown, promise in
                promise.succeed(shown.first == certificate ? .certificateVerified : .failed)
            })
    }
}

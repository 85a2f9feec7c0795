import Foundation
import VenusServer

extension ConfigurationReading {
    /// The server's certificate and its key: both, or neither.
    mutating func certificateFiles(
        _ certificateKey: ConfigurationKey, _ keyKey: ConfigurationKey
    ) -> CertificateFiles? {
        let certificate = path(certificateKey, absent: "(not set: plain HTTP)")
        let key = path(keyKey, absent: "(not set)")
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return CertificateFiles(certificate: Self.whole(certificate), key: Self.whole(key))
        case (nil, _?), (_?, nil):
            let (given, missing) = certificate == nil ? (keyKey, certificateKey) : (certificateKey, keyKey)
            fail(given, at: text(given)?.source ?? .default, "\(missing) is missing; a certificate needs its key")
            return nil
        }
    }

    /// Other commands use it from other directories.
    private static func whole(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}

extension VenusConfiguration {
    /// Why the server must not be started so: other machines would reach it without TLS, and nobody has said that they
    /// may; or a way to sign in lacks its secret. No reason to keep a proxy from starting, which reads the same file.
    package var refusalToServe: ConfigurationError? {
        if let fault = server.gitHubFault { return fault }
        guard !server.listen.isLoopback, server.tls == nil, !server.allowsPlainHTTP else { return nil }
        return ConfigurationError(
            place: source(of: .serverListen).description, key: ConfigurationKey.serverListen.name,
            problem: "other machines can reach \(server.listen), and without TLS whoever is on the way reads what goes "
                + "there, tokens too. Three ways out: listen on 127.0.0.1:\(server.listen.port) and come by "
                + "`ssh -L \(server.listen.port):127.0.0.1:\(server.listen.port) HOST`; name a certificate by "
                + "server.tls_certificate_file and server.tls_key_file; or listen on 127.0.0.1 behind a reverse proxy that "
                + "ends TLS, and say server.public_url. Where something else keeps others out, as around a container, say "
                + "server.allow_plain_http: true")
    }
}

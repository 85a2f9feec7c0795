import ArgumentParser
import Foundation
import Logging
import VenusProxy

extension VenusConfiguration {
    /// What the loops need to intercept; `nil` where interception is off.
    func openInterception(_ data: DataDirectory, logger: Logger) throws -> VenusProxy.Interception? {
        guard interception.isOn else { return nil }
        try checkFiles()
        do {
            let authority = try data.authority.read().authority
            try Self.checkLifetime(of: authority, logger: logger)
            return VenusProxy.Interception(
                rules: interception.rules, leaves: try LeafCertificates(authority: authority),
                pins: PinnedHosts(path: data.pins, lifetime: interception.pinLifetime, logger: logger))
        } catch let error as CertificateError where error.code == .missing {
            throw CommandFailure(
                "interception.hosts names hosts to intercept, but there is no certificate authority to do it with: make "
                    + "one by `venus ca init --data \(data.path)`, have your clients trust it, and start again")
        } catch let error as CertificateError {
            throw CommandFailure("cannot intercept: \(error)")
        }
    }

    /// Has an authority where interception is on: makes one if there is none yet. For a machine of its own, where
    /// nobody has to hand it out before.
    func prepareAuthority(_ data: DataDirectory, logger: Logger) throws {
        guard interception.isOn else { return }
        do throws(CertificateError) {
            let (content, isNew) = try data.authority.readOrCreate(
                label: ProcessInfo.processInfo.hostName, now: Int64(Date().timeIntervalSince1970))
            guard isNew else { return }
            logger.notice(
                "made a certificate authority for interception; `venus ca show` tells how clients come to trust it",
                metadata: [
                    "path": "\(data.authority.path)", "sha256": "\(content.authority.certificate.fingerprint)",
                ])
        } catch {
            throw CommandFailure("cannot intercept: \(error)")
        }
    }

    /// Prints what is wrong with the files that the configuration names, and exits with 78.
    private func checkFiles() throws {
        var errors: [ConfigurationError] = []
        func check(_ path: String, _ key: ConfigurationKey, holds isRight: ([UInt8]) -> Bool, _ what: String) {
            let content = FileManager.default.contents(atPath: path).map { Array($0) }
            guard let content, content.count <= Self.maximumPEMBytes, isRight(content) else {
                let problem = content == nil ? "cannot be read" : "holds no \(what) in PEM"
                errors.append(
                    ConfigurationError(
                        place: source(of: key).description, key: key.name,
                        problem: "the file \(path.shownInError) \(problem)"))
                return
            }
        }
        let holdsCertificate = { !Certificate.all(pem: $0, most: 1).isEmpty }
        let holdsKey = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY-----") }
        for path in interception.rules.trust { check(path, .interceptionTrust, holds: holdsCertificate, "certificate") }
        for item in interception.rules.clientCertificates {
            check(item.certificate, .interceptionClientCertificates, holds: holdsCertificate, "certificate")
            check(item.key, .interceptionClientCertificates, holds: holdsKey, "private key")
        }
        guard !errors.isEmpty else { return }
        printError("\(ConfigurationErrors(errors))")
        throw ExitCode.configuration
    }

    /// Longer files are none of certificates.
    private static let maximumPEMBytes = 16 << 20

    /// How long before its end an authority is spoken of.
    private static let lateDays: Int64 = 90

    private static func checkLifetime(of authority: CertificateAuthority, logger: Logger) throws {
        let left = authority.certificate.validUntil - Int64(Date().timeIntervalSince1970)
        guard left > 0 else {
            throw CommandFailure(
                "cannot intercept: the certificate authority has expired; `venus ca rotate` makes another")
        }
        guard left < lateDays * 86_400 else { return }
        logger.warning(
            "the certificate authority expires soon; `venus ca rotate` makes another",
            metadata: ["days": "\(left / 86_400)"])
    }
}

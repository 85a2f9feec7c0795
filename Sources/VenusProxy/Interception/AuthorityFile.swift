import Glibc

/// Where an installation's authority is kept: `authority.pem` in a directory of its own, both for their owner alone.
///
/// The file holds the key, the certificate that goes with it, and after a rotation the certificates of the authorities
/// before, which clients are still to trust. The key is in no other place, and nothing sends it anywhere.
package struct AuthorityFile: Sendable {
    package struct Content: Sendable {
        package var authority: CertificateAuthority
        /// Of the authorities before, the latest first.
        package var former: [Certificate]

        /// All that clients are to trust.
        package var certificates: [Certificate] { [authority.certificate] + former }
    }

    /// Authorities before the present one that are kept.
    package static let maximumFormer = 8
    private static let maximumBytes = 64 << 10

    package let directory: String
    private let file: PrivateFile

    /// - Parameter directory: created, mode 0700, with the authority.
    package init(directory: String) {
        self.directory = directory
        file = PrivateFile(path: directory + "/authority.pem")
    }

    package var path: String { file.path }

    /// Reads it. Refuses a directory or a file that is open to others.
    package func read() throws(CertificateError) -> Content {
        guard let content = try readIfThere() else {
            throw CertificateError(
                .missing, "there is no certificate authority in \(directory); `venus ca init` makes one")
        }
        return content
    }

    /// Reads it; `nil` where there is none yet.
    package func readIfThere() throws(CertificateError) -> Content? {
        guard try checkDirectory(), let bytes = try file.read(maximumBytes: Self.maximumBytes) else { return nil }
        do throws(CertificateError) {
            let certificates = Certificate.all(pem: bytes, most: Self.maximumFormer + 1)
            guard let first = certificates.first else {
                throw CertificateError(.content, "it holds no certificate in PEM")
            }
            return Content(
                authority: try CertificateAuthority(certificate: first, key: try PrivateKey(pem: bytes)),
                former: Array(certificates.dropFirst()))
        } catch {
            throw CertificateError(error.code, "\(path): \(error.message)")
        }
    }

    /// Makes an authority where there is none. See ``CertificateAuthority/make(label:now:)``.
    package func create(label: String, now: Int64) throws(CertificateError) -> Content {
        try makeDirectory()
        return try file.locked { () throws(CertificateError) in
            guard try readIfThere() == nil else {
                throw CertificateError(
                    .exists, "there is a certificate authority in \(directory) already; `venus ca rotate` makes another"
                )
            }
            let content = Content(authority: try .make(label: label, now: now), former: [])
            try write(content)
            return content
        }
    }

    /// The authority that is there, or a new one; and whether it is new.
    package func readOrCreate(label: String, now: Int64) throws(CertificateError) -> (content: Content, isNew: Bool) {
        if let content = try readIfThere() { return (content, false) }
        do throws(CertificateError) { return (try create(label: label, now: now), true) } catch {
            guard error.code == .exists else { throw error }
            // Another process was faster.
            return (try read(), false)
        }
    }

    /// Makes another authority, which issues from now on, and keeps the certificate of the one before, so that clients
    /// can be told of the new one in time.
    package func rotate(label: String, now: Int64) throws(CertificateError) -> Content {
        try change { content throws(CertificateError) in
            let kept = content.certificates.filter { now < $0.validUntil }.prefix(Self.maximumFormer)
            content = Content(authority: try .make(label: label, now: now), former: Array(kept))
        }
    }

    /// Forgets the certificates of the authorities before.
    package func forgetFormer() throws(CertificateError) -> Content {
        try change { content throws(CertificateError) in content.former = [] }
    }

    private func change(
        _ change: (inout Content) throws(CertificateError) -> Void
    ) throws(CertificateError) -> Content {
        // Before the lock: it wants the directory.
        _ = try read()
        return try file.locked { () throws(CertificateError) in
            var content = try read()
            try change(&content)
            try write(content)
            return content
        }
    }

    private func write(_ content: Content) throws(CertificateError) {
        var bytes = try content.authority.key.pem()
        for certificate in content.certificates { bytes += try certificate.pem() }
        try file.replace(with: bytes)
    }

    /// Whether the directory is there; refuses one that is open to others.
    private func checkDirectory() throws(CertificateError) -> Bool {
        var status = stat()
        guard lstat(directory, &status) == 0 else {
            if errno == ENOENT { return false }
            throw PrivateFile.failure("cannot read \(directory)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw CertificateError(.file, "\(directory) is no directory")
        }
        try PrivateFile.checkPrivate(status, directory, mode: "700")
        return true
    }

    private func makeDirectory() throws(CertificateError) {
        guard mkdir(directory, 0o700) != 0, errno != EEXIST else { return }
        throw PrivateFile.failure("cannot create \(directory)")
    }
}

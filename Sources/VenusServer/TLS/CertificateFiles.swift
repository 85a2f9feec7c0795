import Glibc

/// The server's certificate, with those that lead to its authority, and its key: two files in PEM.
public struct CertificateFiles: Sendable, Hashable {
    /// The server's own first.
    public var certificate: String
    /// Without a passphrase.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// What changes when somebody replaces the files; of one that is not there, `nil`.
    var stamps: [FileStamp?] { [FileStamp(certificate), FileStamp(key)] }
}

/// Which file is at a path, and as of when.
package struct FileStamp: Sendable, Hashable {
    private var device: UInt64
    private var file: UInt64
    private var bytes: Int64
    private var seconds: Int
    private var nanoseconds: Int

    /// `nil` where there is no file. Follows links: a certificate is often replaced by pointing one elsewhere.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        file = UInt64(status.st_ino)
        bytes = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}

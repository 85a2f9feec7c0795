import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// TLS of the server's own: version 1.2 or later, with forward secrecy and authenticated encryption only (RFC 9325).
///
/// Replaced files hold for the connections that begin then; those that there are go on. What is wrong with new files is
/// logged, and the pair from before holds on.
final class ServerTLS: Sendable {
    /// How often to look at the files.
    private static let interval = Duration.seconds(1)
    /// Of a buffer that stays with a connection.
    private static let keptBytes = 16_384

    private let files: CertificateFiles
    private let logger: Logger
    private let context: Mutex<NIOSSLContext>
    private let stamps: [FileStamp?]

    /// Reads the files, which have to be there and right.
    init(_ files: CertificateFiles, logger: Logger) throws(ServerError) {
        self.files = files
        self.logger = logger
        stamps = files.stamps
        context = Mutex(try Self.read(files, logger: logger))
    }

    /// What encrypts one connection, by the pair that holds now.
    func handler() -> NIOSSLServerHandler {
        var configuration = NIOSSLHandler.Configuration()
        configuration.maximumPreservedOutboundBufferCapacity = Self.keptBytes
        return NIOSSLServerHandler(context: context.withLock { $0 }, configuration: configuration)
    }

    /// Takes up replaced files, until the task is cancelled.
    func follow() async {
        var machine = CertificateWatchStateMachine(read: stamps)
        while (try? await Task.sleep(for: Self.interval)) != nil {
            switch machine.looked(files.stamps) {
            case .nothing: continue
            case .read: await readAgain()
            }
        }
    }

    private func readAgain() async {
        let (files, logger) = (files, logger)
        do {
            let new = try await NIOThreadPool.singleton.runIfActive { try Self.read(files, logger: logger) }
            context.withLock { $0 = new }
            logger.notice("Took up the new certificate", metadata: ["file": "\(files.certificate)"])
        } catch {
            logger.error(
                "The certificate has changed and cannot be used; the one from before holds on",
                metadata: ["file": "\(files.certificate)", "reason": "\(error)"])
        }
    }

    private static func read(_ files: CertificateFiles, logger: Logger) throws(ServerError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(files.certificate) } catch { chain = [] }
        guard let own = chain.first else {
            throw ServerError(
                .badCertificate,
                "server.tls_certificate_file: no certificate in PEM can be read in \(files.certificate).")
        }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: files.key, format: .pem) } catch {
            throw ServerError(
                .badCertificate,
                "server.tls_key_file: no key in PEM, without a passphrase, can be read in \(files.key).")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        configuration.applicationProtocols = ["http/1.1"]
        let context: NIOSSLContext
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw ServerError(
                .badCertificate,
                "The key in \(files.key) is not the one of the first certificate in \(files.certificate): name a pair.")
        }
        if Int64(own.notValidAfter) * 1_000 < WallClock.milliseconds() {
            logger.warning(
                "The certificate has run out: clients will refuse it", metadata: ["file": "\(files.certificate)"])
        }
        return context
    }
}

import Foundation
import Glibc
import VenusProxy

/// A trust store for the JVM, which reads no PEM: a copy of its own, to which `keytool` adds our authorities.
struct JavaTrustStore: Sendable {
    let path: String

    /// That of every Java installation.
    private static let password = "changeit"

    /// Makes it where there is a `keytool` and it is not made yet; `nil` where there is no Java, or its tool fails.
    init?(_ ours: [Certificate], directory: String, variables: [String: String]) async {
        guard let keytool = Self.keytool(variables), let own = Self.ownStore(of: keytool),
            let content = FileManager.default.contents(atPath: own),
            let certificates = try? ours.map({ try $0.pem() })
        else { return nil }
        let digest = KeyDigest(of: Array(content) + certificates.joined()).hexadecimal
        path = "\(directory)/java-\(digest.prefix(16)).p12"
        if utimes(path, nil) == 0 { return }
        let temporary = "\(path).new.\(getpid())"
        let certificate = "\(temporary).pem"
        defer { for file in [temporary, certificate] { unlink(file) } }
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: content, attributes: [.posixPermissions: 0o644])
        else { return nil }
        for (number, pem) in certificates.enumerated() {
            guard FileManager.default.createFile(atPath: certificate, contents: Data(pem)),
                await Self.run(
                    [
                        keytool, "-importcert", "-noprompt", "-keystore", temporary, "-storepass", Self.password,
                        "-alias", "venus-ca-\(number)", "-file", certificate,
                    ], variables)
            else { return nil }
        }
        chmod(temporary, 0o644)
        guard rename(temporary, path) == 0 else { return nil }
    }

    /// The JVM's options with ours behind them; as they are where they name a trust store already.
    func applied(to options: String?, place: (String) -> String) -> String {
        if let options, options.contains("-Djavax.net.ssl.trustStore=") { return options }
        let file = place(path)
        let quoted = file.contains(" ") ? "'\(file)'" : file
        let own = "-Djavax.net.ssl.trustStore=\(quoted) -Djavax.net.ssl.trustStorePassword=\(Self.password)"
        return [options, own].compactMap { $0 }.joined(separator: " ")
    }

    private static func keytool(_ variables: [String: String]) -> String? {
        let home = variables["JAVA_HOME"].map { [$0 + "/bin"] } ?? []
        let path = (variables["PATH"] ?? "").split(separator: ":").map(String.init)
        return (home + path).map { $0 + "/keytool" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// `lib/security/cacerts` beside the `bin` that the tool is in, links followed.
    private static func ownStore(of keytool: String) -> String? {
        let home = URL(fileURLWithPath: keytool).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
        return ["lib/security/cacerts", "jre/lib/security/cacerts"].map { home.appendingPathComponent($0).path }
            .first { FileManager.default.isReadableFile(atPath: $0) }
    }

    private static func run(_ arguments: [String], _ variables: [String: String]) async -> Bool {
        // Its own options could have it say something, or fail.
        let environment = variables.filter { $0.key != TrustVariable.java }
        guard let child = try? ChildProcess(arguments, environment: environment, isSilent: true) else { return false }
        return await child.wait() == .status(0)
    }
}

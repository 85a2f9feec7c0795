import Foundation
import TestSupport

/// Real clients and an HTTPS origin for them, from the folder that `make test-clients` installs them in.
struct RealClients {
    /// Where they are; `nil` unless `VENUS_CLIENTS` says.
    static var folder: String? { ProcessInfo.processInfo.environment["VENUS_CLIENTS"] }

    let directory: TemporaryDirectory
    let port: Int
    let grpcPort: Int
    let certificate: String
    /// nginx, behind a certificate of its own.
    private let http2: HTTP2Origin
    private let origin: ChildProcess
    private let folder: String

    /// Debian's package node-undici.
    private static let undici = "/usr/share/nodejs/undici"

    /// Starts the origin, behind a certificate for `localhost` and 127.0.0.1 that an authority of its own has signed.
    init(folder: String) async throws {
        self.folder = folder
        directory = try TemporaryDirectory("venus-clients")
        port = try freePort()
        grpcPort = try freePort()
        http2 = try await HTTP2Origin()
        certificate = directory.file("authority.pem")
        try await Self.makeCertificates(in: directory)
        try await Self.makeRepository(in: directory)
        origin = try ChildProcess(
            folder + "/bin/python",
            [
                Self.script("origin.py"), "\(port)", "\(grpcPort)", directory.file("origin.pem"),
                directory.file("origin.key"), directory.file("files"),
            ])
        try await origin.waitForLine { $0 == "ready" }
    }

    var url: String { "https://127.0.0.1:\(port)" }
    var authority: String { "127.0.0.1:\(port)" }
    /// gRPC's own C core goes around proxies for addresses of loopback, but not for a name of its own.
    var grpcURL: String { "https://localhost:\(grpcPort)" }

    /// Where a client's calls go.
    func authority(of client: String) -> String {
        switch client {
        case "grpcio": "localhost:\(grpcPort)"
        case "curl-http2", "httpx-http2": http2.authority
        default: authority
        }
    }

    /// Files with all that is to be trusted of the origins, as the configuration takes them.
    var certificates: String { "\(certificate),\(http2.certificate)" }

    /// What has a client trust the origins by itself.
    func variables(of client: String) -> [String: String] {
        let file = client.hasSuffix("-http2") ? http2.certificate : certificate
        let names = [
            "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        ]
        return Dictionary(uniqueKeysWithValues: names.map { ($0, file) })
    }

    /// The command of a client, as an application would be started.
    func command(_ client: String) -> [String] {
        let python = [folder + "/bin/python", Self.script("client.py"), client]
        return switch client {
        case "curl": curl("--http1.1", url)
        case "curl-http2": curl("--http2", http2.url(""))
        case "undici":
            // Debian's packages find each other there.
            ["env", "NODE_PATH=/usr/share/nodejs", "node", Self.script("client.mjs"), Self.undici, url]
        case "grpcio": python + [grpcURL]
        case "httpx-http2": python + [http2.url("")]
        default: python + [url]
        }
    }

    private func curl(_ version: String, _ url: String) -> [String] {
        let file = directory.file("body")
        let one = "curl -sS \(version) -o \(file) -w '%{http_code} %{http_version} ' \(url)/bytes/$size"
        return ["sh", "-c", "for size in 1000 1000000; do \(one) && sha256sum < \(file) || exit 1; done"]
    }

    private static func script(_ name: String) -> String {
        VenusBinary.packageRoot + "/Tests/BlackBox/Interception/Clients/" + name
    }

    private static func makeCertificates(in directory: TemporaryDirectory) async throws {
        func openSSL(_ arguments: String...) async throws { try await ChildProcess.run("openssl", arguments) }
        let (authority, authorityKey) = (directory.file("authority.pem"), directory.file("authority.key"))
        try await openSSL(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=Authority of the test", "-keyout", authorityKey, "-out", authority)
        try await openSSL(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", directory.file("origin.key"), "-out", directory.file("origin.csr"))
        let names = try directory.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "names")
        try await openSSL(
            "x509", "-req", "-in", directory.file("origin.csr"), "-CA", authority, "-CAkey", authorityKey,
            "-CAcreateserial", "-days", "2", "-extfile", names, "-out", directory.file("origin.pem"))
    }

    /// A repository of git, as files that any server can serve.
    private static func makeRepository(in directory: TemporaryDirectory) async throws {
        let work = directory.file("work")
        func git(_ arguments: String...) async throws {
            try await ChildProcess.run(
                "git", ["-c", "user.name=Test", "-c", "user.email=test@example.com"] + arguments)
        }
        try FileManager.default.createDirectory(atPath: directory.file("files"), withIntermediateDirectories: true)
        try await git("init", "--quiet", work)
        try Data(repeating: 7, count: 200_000).write(to: URL(fileURLWithPath: work + "/file"))
        try await git("-C", work, "add", "file")
        try await git("-C", work, "commit", "--quiet", "--message", "A file")
        try await git("clone", "--quiet", "--bare", work, directory.file("files/repository.git"))
        try await git("-C", directory.file("files/repository.git"), "update-server-info")
    }
}

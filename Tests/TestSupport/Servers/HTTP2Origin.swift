import Foundation

/// A real HTTPS origin on loopback that speaks HTTP/2, and HTTP/1.1 to clients that do not: nginx.
///
/// `/bytes/N` answers N bytes, for the sizes that it was made with.
public final class HTTP2Origin: Sendable {
    public let port: Int
    /// The certificate, for clients that are to trust it (`curl --cacert`).
    public let certificate: String
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    public init(_ version: TLSOrigin.Version = .tls13, sizes: [Int] = [1_000, 1_000_000]) async throws {
        directory = try TemporaryDirectory("venus-http2")
        port = try freePort()
        certificate = directory.file("certificate.pem")
        try await TLSOrigin.makeCertificate(certificate, key: directory.file("key.pem"))
        try FileManager.default.createDirectory(
            atPath: directory.file("files/bytes"), withIntermediateDirectories: true)
        for size in sizes {
            try directory.write(String(repeating: "x", count: size), to: "files/bytes/\(size)")
        }
        let configuration = try directory.write(
            Self.configuration(version, port: port, directory: directory.path), to: "nginx.conf")
        process = try ChildProcess(
            Self.program, ["-p", directory.path, "-e", "stderr", "-c", configuration], endSignal: SIGTERM)
        do {
            try await eventually(within: .seconds(15), "nginx") {
                if !process.isRunning { throw TestFailure("it ended") }
                let answer = try await ChildProcess.output(
                    of: "curl", ["-sS", "--cacert", certificate, "-o", "/dev/null", url("/bytes/\(sizes[0])")])
                return answer.status == .exited(0)
            }
        } catch { throw TestFailure("\(error)\n\(process.transcript)") }
    }

    public func url(_ path: String) -> String { "https://\(authority)\(path)" }
    public var authority: String { "127.0.0.1:\(port)" }

    /// Not in everybody's `PATH`.
    private static var program: String { access("/usr/sbin/nginx", X_OK) == 0 ? "/usr/sbin/nginx" : "nginx" }

    /// One process, in the foreground, with every file of its own in the directory.
    private static func configuration(_ version: TLSOrigin.Version, port: Int, directory: String) -> String {
        """
        daemon off;
        master_process off;
        pid \(directory)/nginx.pid;
        error_log stderr;
        events { worker_connections 1024; }
        http {
            access_log off;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            server {
                listen 127.0.0.1:\(port) ssl http2;
                ssl_protocols \(version == .tls12 ? "TLSv1.2" : "TLSv1.3");
                ssl_certificate \(directory)/certificate.pem;
                ssl_certificate_key \(directory)/key.pem;
                root \(directory)/files;
            }
        }

        """
    }
}

import Foundation

/// A real HTTPS origin on loopback: Python's HTTP server behind a certificate for `localhost` and 127.0.0.1 that
/// `openssl` has just made and signed by itself.
///
/// `/bytes/N` answers N bytes `x`, `/status/CODE` that status; everything else `ok`.
public final class TLSOrigin: Sendable {
    public let port: Int
    /// The certificate, for clients that are to trust it (`curl --cacert`).
    public let certificate: String
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    public init() async throws {
        directory = try TemporaryDirectory("venus-tls")
        port = try freePort()
        certificate = directory.file("certificate.pem")
        try await ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", directory.file("key.pem"), "-out", certificate,
            ])
        let script = try directory.write(Self.script, to: "server.py")
        process = try ChildProcess("python3", [script, "\(port)", certificate, directory.file("key.pem")])
        try await process.waitForLine { $0 == "ready" }
    }

    public func url(_ path: String = "/") -> String { "https://\(authority)\(path)" }
    public var authority: String { "127.0.0.1:\(port)" }

    private static let script = """
        import ssl, sys
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                words = self.path.strip("/").split("/")
                status, body = 200, b"ok\\n"
                if words[0] == "bytes": body = b"x" * int(words[1])
                if words[0] == "status": status = int(words[1])
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass

        class Server(ThreadingHTTPServer):
            def get_request(self):
                connection, address = super().get_request()
                connection.settimeout(30)
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address
            def handle_error(self, request, address): pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
        print("ready", flush=True)
        server.serve_forever()

        """
}

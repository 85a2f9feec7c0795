import Foundation

/// A real HTTPS origin on loopback: Python's HTTP server behind a certificate for `localhost` and 127.0.0.1 that
/// `openssl` has just made and signed by itself.
///
/// `/bytes/N` answers N bytes `x`, `/status/CODE` that status, `/delay/MS` after so many milliseconds, and
/// `/delay/MS/bytes/N` and the like both; everything else `ok`. What is posted comes back. `/events/N` is a stream of N
/// events, the next of which comes 200 ms later; `/live` switches to WebSocket and then sends back what comes.
public final class TLSOrigin: Sendable {
    /// A version of TLS, as OpenSSL names it.
    public enum Version: String, Sendable, CaseIterable { case tls12 = "TLSv1_2", tls13 = "TLSv1_3" }
    /// What it insists on.
    public enum Demand: String, Sendable, CaseIterable {
        /// A key exchange that clients do not begin with: they have to say hello twice in TLS 1.3.
        case secondHello = "second-hello"
        /// A certificate of the client's: its own will do.
        case clientCertificate = "client-certificate"
    }

    public let port: Int
    /// The certificate, for clients that are to trust it (`curl --cacert`).
    public let certificate: String
    /// Its key, with which a client may pass for it.
    public let key: String
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    /// - Parameter version: the only version that it speaks; `nil`: 1.2 and 1.3.
    public init(_ version: Version? = nil, demand: Demand? = nil) async throws {
        directory = try TemporaryDirectory("venus-tls")
        port = try freePort()
        certificate = directory.file("certificate.pem")
        key = directory.file("key.pem")
        try await Self.makeCertificate(certificate, key: key)
        let script = try directory.write(Self.script, to: "server.py")
        process = try ChildProcess(
            "python3", [script, "\(port)", certificate, key, version?.rawValue ?? "", demand?.rawValue ?? ""])
        try await process.waitForLine { $0 == "ready" }
    }

    /// With a certificate of one's own and its key, for 127.0.0.1 or `localhost`. Wants certificates of
    /// `clientAuthority` from its clients, if there is one. All are PEM files.
    public init(certificate: String, key: String, clientAuthority: String? = nil) async throws {
        directory = try TemporaryDirectory("venus-tls")
        port = try freePort()
        self.certificate = certificate
        self.key = key
        let script = try directory.write(Self.script, to: "server.py")
        let demand = clientAuthority.map { [Demand.clientCertificate.rawValue, $0] } ?? [""]
        process = try ChildProcess("python3", [script, "\(port)", certificate, key, ""] + demand)
        try await process.waitForLine { $0 == "ready" }
    }

    public func url(_ path: String = "/") -> String { "https://\(authority)\(path)" }
    public var authority: String { "127.0.0.1:\(port)" }

    /// Makes a certificate for `localhost` and 127.0.0.1 that signs itself, and its key.
    public static func makeCertificate(_ certificate: String, key: String) async throws {
        try await ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
    }

    private static let script = """
        import ssl, sys, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def send_events(self, count):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for number in range(count):
                    if number > 0: time.sleep(0.2)
                    event = b"data: %d\\n\\n" % number
                    self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(event), event))
                self.wfile.write(b"0\\r\\n\\r\\n")
            def switch(self):
                self.send_response(101)
                self.send_header("Connection", "Upgrade")
                self.send_header("Upgrade", "websocket")
                self.end_headers()
                while True:
                    piece = self.connection.recv(65536)
                    if not piece: break
                    self.connection.sendall(piece)
                self.close_connection = True
            def do_GET(self):
                if self.path == "/live": return self.switch()
                if self.path.startswith("/events/"): return self.send_events(int(self.path.split("/")[2]))
                words = self.path.strip("/").split("/")
                status, body = 200, b"ok\\n"
                for word, value in zip(words[::2], words[1::2]):
                    if word == "bytes": body = b"x" * int(value)
                    if word == "status": status = int(value)
                    if word == "delay": time.sleep(int(value) / 1000)
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
        if sys.argv[4]:
            context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, sys.argv[4])
        if sys.argv[5] == "second-hello": context.set_ecdh_curve("secp384r1")
        if sys.argv[5] == "client-certificate":
            context.load_verify_locations(sys.argv[6] if len(sys.argv) > 6 else sys.argv[2])
            context.verify_mode = ssl.CERT_REQUIRED
        server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
        print("ready", flush=True)
        server.serve_forever()

        """
}

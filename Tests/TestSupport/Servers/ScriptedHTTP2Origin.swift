import Foundation

/// An origin on 127.0.0.1 that speaks HTTP/2 and HTTP/1.1 over TLS, in Python (`python3-h2`), with a certificate that
/// signs itself.
///
/// `/status/N` answers with that status; `/bytes/N` with so many zeros; `/echo` with what was sent; a POST with gRPC's
/// content type to `/pkg.Service/NotFound` with what was sent and the trailer `grpc-status: 5`, and so for some others.
/// `X-Connection` counts connections from 1, `X-Protocol` names the protocol.
public final class ScriptedHTTP2Origin: Sendable {
    public let port: Int
    /// For clients that are to trust it.
    public let certificate: String
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    /// With a certificate and its key in PEM files; without them, one that signs itself.
    public init(certificate: String? = nil, key: String? = nil) async throws {
        directory = try TemporaryDirectory("venus-http2")
        port = try freePort()
        self.certificate = certificate ?? directory.file("certificate.pem")
        let key = key ?? directory.file("key.pem")
        if certificate == nil { try await TLSOrigin.makeCertificate(self.certificate, key: key) }
        let script = try directory.write(Self.script, to: "server.py")
        process = try ChildProcess(Self.python, [script, "\(port)", self.certificate, key])
        try await process.waitForLine { $0 == "ready" }
    }

    /// The system's Python, which sees the system's packages: there may be another before it in `PATH`.
    public static var python: String { access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3" }

    public func url(_ path: String = "/") -> String { "https://\(authority)\(path)" }
    public var authority: String { "127.0.0.1:\(port)" }

    private static let script = """
        import itertools, socket, ssl, sys, threading
        import h2.config, h2.connection, h2.events, h2.exceptions

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.set_alpn_protocols(["h2", "http/1.1"])
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512)
        numbers = itertools.count(1)
        statuses = {"Ok": "0", "NotFound": "5", "Unavailable": "14"}
        print("ready", flush=True)

        class Stream:
            def __init__(self, headers):
                self.headers = dict(headers)
                self.body = bytearray()
                self.out = b""
                self.trailers = None

        def answer(path, body):
            word = path.strip("/").split("/")
            if word[0] == "status":
                return int(word[1]), b"status"
            if word[0] == "bytes":
                return 200, b"0" * int(word[1])
            if word[0] == "echo":
                return 200, bytes(body)
            return 200, b"ok"

        def speak2(tls, number):
            connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
            connection.initiate_connection()
            connection.update_settings({0x3: 100})
            tls.sendall(connection.data_to_send())
            streams = {}

            def push(key):
                stream = streams[key]
                while stream.out:
                    count = min(connection.local_flow_control_window(key), connection.max_outbound_frame_size, len(stream.out))
                    if count <= 0:
                        return
                    connection.send_data(key, stream.out[:count])
                    stream.out = stream.out[count:]
                if stream.trailers:
                    connection.send_headers(key, stream.trailers, end_stream=True)
                else:
                    connection.end_stream(key)
                del streams[key]

            def respond(key):
                stream = streams[key]
                path = stream.headers[":path"]
                fields = [("x-connection", str(number)), ("x-protocol", "h2")]
                if stream.headers.get("content-type", "").startswith("application/grpc"):
                    if stream.headers.get("te") != "trailers":
                        stream.trailers = [("grpc-status", "13"), ("grpc-message", "no te")]
                    else:
                        stream.trailers = [("grpc-status", statuses.get(path.split("/")[2], "2"))]
                    connection.send_headers(key, [(":status", "200"), ("content-type", "application/grpc")] + fields)
                    stream.out = bytes(stream.body)
                else:
                    status, stream.out = answer(path, stream.body)
                    if stream.headers[":method"] == "HEAD":
                        fields.append(("content-length", str(len(stream.out))))
                        stream.out = b""
                    connection.send_headers(key, [(":status", str(status))] + fields)
                push(key)

            while True:
                data = tls.recv(65536)
                if not data:
                    return
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        streams[event.stream_id] = Stream(event.headers)
                    elif isinstance(event, h2.events.DataReceived):
                        if event.stream_id in streams:
                            streams[event.stream_id].body += event.data
                        connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, h2.events.StreamEnded):
                        respond(event.stream_id)
                    elif isinstance(event, h2.events.StreamReset):
                        streams.pop(event.stream_id, None)
                    elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
                        for key in list(streams):
                            if streams[key].out:
                                push(key)
                tls.sendall(connection.data_to_send())

        def speak1(tls, number):
            data = b""
            while True:
                while b"\\r\\n\\r\\n" not in data:
                    more = tls.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\\r\\n\\r\\n")
                lines = head.decode("latin-1").split("\\r\\n")
                fields = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
                length = int(fields.get("content-length", "0"))
                while len(data) < length:
                    data += tls.recv(65536)
                body, data = data[:length], data[length:]
                status, out = answer(lines[0].split(" ")[1], body)
                tls.sendall((f"HTTP/1.1 {status} x\\r\\nContent-Length: {len(out)}\\r\\nX-Protocol: http/1.1\\r\\n"
                             f"X-Connection: {number}\\r\\n\\r\\n").encode() + out)

        def serve(plain):
            try:
                with context.wrap_socket(plain, server_side=True) as tls:
                    number = next(numbers)
                    if tls.selected_alpn_protocol() == "h2":
                        speak2(tls, number)
                    else:
                        speak1(tls, number)
            except (OSError, h2.exceptions.H2Error):
                pass

        while True:
            plain, _ = listener.accept()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(plain,), daemon=True).start()
        """
}

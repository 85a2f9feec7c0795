import Foundation
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("HTTP/2 in an intercepted tunnel", .timeLimit(.minutes(2)))
struct HTTP2InterceptionTests {
    @Test("is spoken where the origin speaks it; each stream is a call")
    func calls() async throws {
        try await withHTTP2 { intercepted, origin in
            let output = try await intercepted.curl2(
                [
                    "-w", "%{http_version} %{http_code}\n", "-o", "/dev/null", origin.url("/status/200"), "-o",
                    "/dev/null",
                ]
                    + [origin.url("/status/404"), "-o", "/dev/null", "-I", origin.url("/bytes/77")])
            #expect(output.standardOutput == "2 200\n2 404\n2 200\n", "\(output.standardError)")
            let calls = try await intercepted.proxy.calls(3)
            #expect(calls.map(\.call.status) == [200, 404, 200])
            #expect(calls.map(\.call.outcome) == [.success, .clientError, .success])
            #expect(Set(calls.map(\.operation.networkProtocol)) == ["http/2"])
            #expect(Set(calls.map(\.operation.scheme)) == ["https"])
            #expect(calls.allSatisfy { $0.call.flags.contains(.intercepted) })
            #expect(calls[0].call.phases[.tls] != nil && calls[1].call.phases[.tls] == nil)
            #expect(intercepted.proxy.tunnels.isEmpty)
        }
    }

    @Test("carries bodies both ways as they are, of many streams at a time, on one connection to the origin")
    func bodies() async throws {
        try await withHTTP2 { intercepted, origin in
            let content = Data((0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) })
            let sent = intercepted.directory.file("sent")
            try content.write(to: URL(fileURLWithPath: sent))
            var arguments = ["--parallel", "--data-binary", "@\(sent)"]
            let files = (0..<8).map { intercepted.directory.file("received\($0)") }
            for file in files { arguments += ["-o", file, origin.url("/echo")] }
            let output = try await intercepted.curl2(arguments)
            // Now and then curl 7.88 waits for the end of its last stream until its time is up (28), though END_STREAM
            // has come on all of them. What came, and that the calls ended well, is looked at in any case.
            #expect([.exited(0), .exited(28)].contains(output.status), "\(output.standardError)")
            for file in files { #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == content) }
            let calls = try await intercepted.proxy.calls(8)
            #expect(calls.allSatisfy { $0.call.bytesSent == 500_000 && $0.call.bytesReceived == 500_000 })
            #expect(calls.allSatisfy { $0.call.outcome == .success })

            let again = try await intercepted.curl2(
                ["-D", "-", "-o", "/dev/null", origin.url("/status/200"), "-o", "/dev/null", origin.url("/status/200")])
            let lines = again.standardOutput.split(whereSeparator: \.isNewline)
            let numbers = lines.filter { $0.hasPrefix("x-connection") }
            #expect(numbers == ["x-connection: 1", "x-connection: 1"])
        }
    }

    @Test("reaches an origin that speaks HTTP/1.1 only, and a client that does")
    func mixed() async throws {
        try await withHTTP2 { intercepted, origin in
            // A client of HTTP/1.1, to the origin's HTTP/2.
            let old = try await intercepted.curl(["-d", "hello", "-w", " %{http_version}", origin.url("/echo")])
            #expect(old.standardOutput == "hello 1.1", "\(old.standardError)")
            // A client that knows how to do both, to an origin that does not.
            let plain = try await intercepted.origin()
            let output = try await intercepted.curl2(["-w", " %{http_version}", plain.url("/ok")])
            #expect(output.standardOutput == "ok\n 1.1", "\(output.standardError)")
            let forced = try await intercepted.curl(
                ["--http2", "-d", "hello", "-w", " %{http_version}", origin.url("/echo")])
            #expect(forced.standardOutput == "hello 2", "\(forced.standardError)")
        }
    }

    @Test("a request for another authority than the tunnel's is misdirected")
    func misdirected() async throws {
        try await withHTTP2 { intercepted, origin in
            let output = try await intercepted.curl2(
                ["-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: other.example", origin.url("/status/200")])
            #expect(output.standardOutput == "421", "\(output.standardError)")
            #expect(intercepted.inner.isEmpty)
        }
    }

    @Test("the status of gRPC's trailers is the call's outcome")
    func grpc() async throws {
        try await withHTTP2 { intercepted, origin in
            let output = try await ChildProcess.output(
                of: ScriptedHTTP2Origin.python,
                ["-c", Self.grpcClient, "127.0.0.1:\(origin.port)", intercepted.bundle],
                environment: ["https_proxy": "http://127.0.0.1:\(intercepted.proxy.port)", "no_proxy": ""],
                within: .seconds(60))
            #expect(output.standardOutput == "b'hello'\nNOT_FOUND\nUNAVAILABLE\n", "\(output.standardError)")
            let calls = try await intercepted.proxy.calls(3)
            #expect(
                calls.map(\.operation.name) == [
                    "POST /pkg.v1.Greeter/Ok", "POST /pkg.v1.Greeter/NotFound", "POST /pkg.v1.Greeter/Unavailable",
                ])
            #expect(calls.map(\.call.status) == [200, 200, 200])
            #expect(calls.map(\.call.outcome) == [.success, .clientError, .serverError])
            #expect(calls.map(\.call.errorType) == [nil, .grpcNotFound, .grpcUnavailable])
        }
    }

    @Test(
        "abuse ends its own connection, and others are served",
        arguments: ["resets", "continuations", "pings", "streams", "windows"])
    func abuse(kind: String) async throws {
        try await withHTTP2 { intercepted, origin in
            let output = try await ChildProcess.output(
                of: ScriptedHTTP2Origin.python,
                ["-c", Self.abuser, "\(intercepted.proxy.port)", "\(origin.port)", intercepted.bundle, kind],
                within: .seconds(60))
            #expect(output.standardOutput == (kind == "windows" ? "open\n" : "calm\n"), "\(output.standardError)")
            let other = try await intercepted.curl2([
                "-o", "/dev/null", "-w", "%{http_code}", origin.url("/status/200"),
            ])
            #expect(other.standardOutput == "200", "\(other.standardError)")
        }
    }

    @Test("many calls at once share the connections that carry them, and none opens one for itself alone")
    func manyAtOnce() async throws {
        try await withHTTP2 { intercepted, origin in
            let output = try await ChildProcess.output(
                of: ScriptedHTTP2Origin.python,
                ["-c", Self.crowd, "\(intercepted.proxy.port)", "\(origin.port)", intercepted.bundle],
                within: .seconds(60))
            // The origin takes 100 at a time: the others share a second connection.
            let words = output.standardOutput.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            #expect(words.count == 2 && words.first == 384, "\(output)")
            #expect(words.last ?? 99 <= 12, "\(output.standardOutput)")
            _ = try await intercepted.proxy.calls(384)
            #expect(intercepted.inner.allSatisfy { $0.call.outcome == .success })
        }
    }

    /// Three clients, each with 128 requests in one piece. Prints how many were answered with 200, and on how many
    /// connections of the origin's.
    private static let crowd = """
        import hpack, socket, ssl, struct, sys
        proxy, origin, bundle = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        authority = f"127.0.0.1:{origin}".encode()

        def frame(kind, flags, stream, payload=b""):
            return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

        def request(stream, path=b"/status/200"):
            block = bytes([0x82, 0x87, 0x04, len(path)]) + path + bytes([0x01, len(authority)]) + authority
            return frame(1, 5, stream, block)

        def connect():
            plain = socket.create_connection(("127.0.0.1", proxy))
            plain.sendall(f"CONNECT 127.0.0.1:{origin} HTTP/1.1\\r\\nHost: 127.0.0.1:{origin}\\r\\n\\r\\n".encode())
            while b"\\r\\n\\r\\n" not in plain.recv(4096):
                pass
            context = ssl.create_default_context(cafile=bundle)
            context.set_alpn_protocols(["h2"])
            tls = context.wrap_socket(plain, server_hostname="127.0.0.1")
            tls.settimeout(20)
            tls.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0) + frame(4, 1, 0))
            return tls

        clients = [connect() for _ in range(3)]
        for tls in clients:
            tls.sendall(b"".join(request(place * 2 + 1) for place in range(128)))
        answered, connections = 0, set()
        for tls in clients:
            decoder, data, left = hpack.Decoder(), b"", 128
            while left > 0:
                more = tls.recv(65536)
                if not more:
                    break
                data += more
                while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
                    length = int.from_bytes(data[:3], "big")
                    kind, payload, data = data[3], data[9:9 + length], data[9 + length:]
                    if kind == 1:
                        fields = dict(decoder.decode(payload))
                        answered += fields[":status"] == "200"
                        connections.add(fields.get("x-connection"))
                        left -= 1
                    elif kind == 3:
                        left -= 1
        print(answered, len(connections))
        """

    private static let grpcClient = """
        import sys, grpc
        credentials = grpc.ssl_channel_credentials(open(sys.argv[2], "rb").read())
        channel = grpc.secure_channel(sys.argv[1], credentials)
        for status in ("Ok", "NotFound", "Unavailable"):
            call = channel.unary_unary(f"/pkg.v1.Greeter/{status}")
            try:
                print(call(b"hello", timeout=20))
            except grpc.RpcError as error:
                print(error.code().name)
        """

    private static let abuser = """
        import socket, ssl, struct, sys
        proxy, origin, bundle, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
        plain = socket.create_connection(("127.0.0.1", proxy))
        plain.sendall(f"CONNECT 127.0.0.1:{origin} HTTP/1.1\\r\\nHost: 127.0.0.1:{origin}\\r\\n\\r\\n".encode())
        while b"\\r\\n\\r\\n" not in plain.recv(4096):
            pass
        context = ssl.create_default_context(cafile=bundle)
        context.set_alpn_protocols(["h2"])
        tls = context.wrap_socket(plain, server_hostname="127.0.0.1")
        assert tls.selected_alpn_protocol() == "h2"
        tls.settimeout(20)

        def frame(kind, flags, stream, payload=b""):
            return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

        authority = f"127.0.0.1:{origin}".encode()
        def request(stream, path=b"/status/200", flags=5):
            block = bytes([0x82, 0x87, 0x04, len(path)]) + path + bytes([0x01, len(authority)]) + authority
            return frame(1, flags, stream, block)

        data = b""
        def frames():
            global data
            while True:
                while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
                    length = int.from_bytes(data[:3], "big")
                    yield data[3], data[4], int.from_bytes(data[5:9], "big"), data[9:9 + length]
                    data = data[9 + length:]
                try:
                    more = tls.recv(65536)
                except (ConnectionError, ssl.SSLError):
                    more = b""
                if not more:
                    yield None, 0, 0, b""
                    return
                data += more

        hello = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"
        settings = struct.pack(">HI", 4, 0) if kind == "windows" else b""
        tls.sendall(hello + frame(4, 0, 0, settings))
        try:
            if kind == "resets":
                for place in range(1500):
                    tls.sendall(request(place * 2 + 1) + frame(3, 0, place * 2 + 1, struct.pack(">I", 8)))
            elif kind == "continuations":
                tls.sendall(request(1, flags=1) + frame(9, 0, 1, b"\\x00\\x01x\\x01y") * 500)
            elif kind == "pings":
                tls.sendall(frame(6, 0, 0, bytes(8)) * 6000)
            elif kind == "streams":
                tls.sendall(b"".join(request(place * 2 + 1, flags=4) for place in range(2000)))
            else:
                tls.sendall(b"".join(request(place * 2 + 1, b"/bytes/9000000") for place in range(100)))
        except (ConnectionError, ssl.SSLError):
            pass
        seen = 0
        for number, flags, stream, payload in frames():
            if number is None or (number == 7 and payload[7] == 11):
                print("calm")
                break
            if kind == "windows" and number == 1:
                seen += 1
                if seen == 100:
                    print("open")
                    break
        """
}

extension InterceptedProxy {
    /// curl through the proxy, with HTTP/2 inside where both sides speak it.
    func curl2(_ arguments: [String]) async throws -> ChildProcess.Output {
        try await ChildProcess.output(
            of: "curl",
            [
                "-sS", "--http2", "--noproxy", "", "--proxy", "http://127.0.0.1:\(proxy.port)", "--cacert", bundle,
                "--max-time", "30",
            ] + arguments)
    }
}

/// Runs `body` with a proxy that intercepts everything, and an origin that speaks HTTP/2; stops both.
private func withHTTP2(_ body: (InterceptedProxy, ScriptedHTTP2Origin) async throws -> Void) async throws {
    let intercepted = try InterceptedProxy()
    do {
        let files = try InterceptedProxy.issue(["127.0.0.1"], by: intercepted.origins, in: intercepted.directory)
        try await body(intercepted, try await ScriptedHTTP2Origin(certificate: files.certificate, key: files.key))
    } catch {
        await intercepted.proxy.stop()
        throw error
    }
    await intercepted.proxy.stop()
}

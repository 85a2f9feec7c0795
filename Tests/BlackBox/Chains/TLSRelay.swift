import Foundation
import TestSupport

/// Ends TLS in front of a port: what comes through it goes on in plain.
final class TLSRelay: Sendable {
    let port: Int
    /// Its certificate, which signs itself.
    let certificate: String
    private let directory: TemporaryDirectory
    private let process: ChildProcess

    init(to target: Int, name: String = "IP:127.0.0.1") async throws {
        directory = try TemporaryDirectory("venus-relay")
        port = try freePort()
        certificate = directory.file("certificate.pem")
        let key = directory.file("key.pem")
        try await ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=relay",
                "-addext", "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
            ])
        let script = try directory.write(Self.script, to: "relay.py")
        process = try ChildProcess("python3", [script, "\(port)", "\(target)", certificate, key])
        try await process.waitForLine { $0 == "ready" }
    }

    var authority: String { "127.0.0.1:\(port)" }

    private static let script = """
        import asyncio, ssl, sys

        async def pump(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
                if writer.can_write_eof(): writer.write_eof()
                else: writer.close()
            except OSError: writer.close()

        async def relay(reader, writer):
            onward = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
            await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))

        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[3], sys.argv[4])
            server = await asyncio.start_server(relay, "127.0.0.1", int(sys.argv[1]), ssl=context)
            print("ready", flush=True)
            await server.serve_forever()

        asyncio.run(main())

        """
}

import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Bodies through the proxy")
    struct BodiesTests {
        @Test("bodies of 0 B to 50 MB arrive byte for byte, both ways, whatever their framing")
        func sizes() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let client = try HTTPClient(port: venus.proxyPort)
            for size in [0, 1, 100, 16_383, 16_384, 65_537, 1_000_000, 50_000_000] {
                let expected = BodyPattern.checksum(size)
                for framing in ["bytes", "chunked"] {
                    let response = try await client.get(origin.url("/\(framing)/\(size)"))
                    #expect(response.status == 200)
                    #expect(response.bodyChecksum == expected, "down, \(framing), \(size)")
                }
                for framing in [HTTPClient.Framing.contentLength, .chunked] {
                    let response = try await client.request(
                        "POST", origin.url("/hash"), bodySize: size, framing: framing)
                    #expect(response.status == 200)
                    #expect(response.text == expected, "up, \(framing), \(size)")
                }
                let closing = try await HTTPClient(port: venus.proxyPort).get(origin.url("/close/\(size)"))
                #expect(closing.bodyChecksum == expected, "down, until the end, \(size)")
            }
        }

        @Test("what curl sends and gets is identical")
        func curl() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let file = venus.directory.file("upload")
            try Data(BodyPattern.bytes(5_000_000)).write(to: URL(fileURLWithPath: file))
            let curl = ["curl", "-sS", "-o", venus.directory.file("download"), "--data-binary", "@" + file]
            for extra in [[], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"]] {
                let run = try await venus.run(service: "checkout", curl + extra + [origin.url("/echo")])
                #expect(run.status == .exited(0), "\(run.standardError)")
                #expect(
                    try await ChildProcess.output(of: "cmp", [file, venus.directory.file("download")]).status
                        == .exited(0))
            }
        }

        @Test("200 clients at once get their own answers")
        func manyClients() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let client = try HTTPClient(port: venus.proxyPort)
                        let size = 1_000 + number * 997
                        for _ in 0..<5 {
                            let down = try await client.get(origin.url("/bytes/\(size)"))
                            #expect(down.bodyChecksum == BodyPattern.checksum(size))
                            let up = try await client.request("POST", origin.url("/hash"), bodySize: size)
                            #expect(up.text == BodyPattern.checksum(size))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let api = try await venus.signIn()
            try await eventually(within: .seconds(5), "2,000 calls in the graph") {
                try await api.get("/kpis?by=total")["items"][0]["kpis"]["calls"].int == 2_000
            }
        }

        @Test("the proxy's memory stays flat while a gigabyte streams through it")
        func memory() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            let client = try HTTPClient(port: venus.proxyPort, timeout: .seconds(60))
            _ = try await client.get(origin.url("/bytes/20000000"))
            _ = try await client.request("POST", origin.url("/hash"), bodySize: 20_000_000)
            let before = try #require(OwnedProcesses.residentBytes(proxy))

            let size = 128 << 20
            let streams = Task {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<4 {
                        group.addTask {
                            let client = try HTTPClient(port: venus.proxyPort, timeout: .seconds(60))
                            if number % 2 == 0 {
                                let down = try await client.request("GET", origin.url("/bytes/\(2 * size)"), keep: 0)
                                return down.bodyLength
                            }
                            let up = try await client.request("POST", origin.url("/hash"), bodySize: 2 * size)
                            return up.status == 200 ? 2 * size : 0
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            let sampling = Task {
                var highest = 0
                while !Task.isCancelled {
                    highest = max(highest, OwnedProcesses.residentBytes(proxy) ?? 0)
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return highest
            }
            #expect(try await streams.value == 1 << 30)
            sampling.cancel()
            let highest = await sampling.value
            #expect(highest - before < 12 << 20, "from \(before >> 20) MB to \(highest >> 20) MB")
            #expect(highest < 100 << 20, "\(highest >> 20) MB")
        }
    }
}

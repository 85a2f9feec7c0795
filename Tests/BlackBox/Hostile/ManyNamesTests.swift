import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("More names than there is room for")
    struct ManyNamesTests {
        @Test(
            "10,000 hosts: memory is bounded, what does not fit is shown as _overflow, and others are served meanwhile")
        func manyHosts() async throws {
            let origin = try Origin()
            // One event loop, so that its table of 8,192 operations is the bound.
            let venus = try await VenusUp(environment: [
                "VENUS_PROXY_THREADS": "1", "VENUS_PROXY_DNS_OVERRIDES": "*.flood.test=127.0.0.1",
            ])
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, origin)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            // Addresses of this machine where nothing listens, and names that have to be looked up.
            let dead = try freePort()
            let storm = Task {
                try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for quarter in 0..<4 {
                        group.addTask {
                            try await pipelined(port: venus.proxyPort, quarter * 2_500..<(quarter + 1) * 2_500) {
                                let address = "127.\($0 / 40_000 + 1).\($0 / 200 % 200 + 1).\($0 % 200 + 1)"
                                let host = ($0 % 2 == 0 ? address : "h\($0).flood.test") + ":\(dead)"
                                return "GET http://\(host)/ HTTP/1.1\r\nhost: \(host)\r\n\r\n"
                            }
                        }
                    }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
            }
            try await expectOthersAreServed(venus, origin, calls: 400)
            #expect(try await storm.value == ["502": 10_000])
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - before
            #expect(growth < 12 << 20, "\(growth >> 10) KB")
            let api = try await venus.signIn()
            let items = try await eventually(within: .seconds(15), "all calls") { () -> [JSONValue]? in
                let items = try await api.get("/kpis?by=dependency&window=5m")["items"].array
                return items.reduce(0) { $0 + ($1["kpis"]["calls"].int ?? 0) } == 10_600 ? items : nil
            }
            #expect(items.count <= 8_192 + 512 + 1, "\(items.count) dependencies")
            let overflow = try #require(items.first { $0["dependency"].string?.contains("_overflow") == true })
            #expect(try #require(overflow["kpis"]["calls"].int) > 1_000)
            #expect(venus.process.isRunning)
        }

        @Test("100,000 paths take bounded memory, become one route or _overflow, and others are served")
        func manyPaths() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let proxy = try #require(venus.proxyProcess)
            try await expectOthersAreServed(venus, origin)
            let before = try #require(OwnedProcesses.residentBytes(proxy))
            // Words, which are names to the templates: a number would become `*`.
            let syllables = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "tu"]
            let authority = origin.authority
            let storm = Task {
                try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for quarter in 0..<4 {
                        group.addTask {
                            try await pipelined(port: venus.proxyPort, quarter * 25_000..<(quarter + 1) * 25_000) {
                                var rest = $0
                                var word = ""
                                for _ in 0..<5 {
                                    word += syllables[rest % 10]
                                    rest /= 10
                                }
                                return "GET http://\(authority)/\(word) HTTP/1.1\r\nhost: \(authority)\r\n\r\n"
                            }
                        }
                    }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
            }
            try await expectOthersAreServed(venus, origin, calls: 400)
            #expect(try await storm.value == ["200": 100_000])
            let growth = try #require(OwnedProcesses.residentBytes(proxy)) - before
            #expect(growth < 12 << 20, "\(growth >> 10) KB")
            let api = try await venus.signIn()
            let items = try await eventually(within: .seconds(15), "all calls") { () -> [JSONValue]? in
                let items = try await api.get("/kpis?by=operation&window=5m&service=unknown_service")["items"].array
                return items.reduce(0) { $0 + ($1["kpis"]["calls"].int ?? 0) } == 100_600 ? items : nil
            }
            // Those that were there before a segment had more than 20 names.
            #expect(items.count <= 25, "\(items.map { $0["operation"].string ?? "" })")
            // The analyzer merges what it can tell apart; what the proxy has no room to tell apart it says itself.
            let merged = try #require(items.first { $0["operation"].string == "GET /*" }?["kpis"]["calls"].int)
            let overflow = try #require(
                items.first { $0["operation"].string?.contains("_overflow") == true }?["kpis"]["calls"].int)
            #expect(merged > 1_000 && merged + overflow > 99_000, "\(merged) merged, \(overflow) beyond")
            #expect(venus.process.isRunning)
        }
    }
}

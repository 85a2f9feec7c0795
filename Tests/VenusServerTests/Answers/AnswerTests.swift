import Foundation
import HTTPTypes
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Answers that are kept, compressed and not sent twice")
struct AnswerTests {
    /// Publishes many edges, and waits until they show.
    private func publish(_ edges: Int, at: Int64, to server: RunningServer, token: String) async throws {
        let series = (0..<edges).map { (edge("shop", "db\($0):1"), totals(success: 3)) }
        server.feed.publish(frame(series, at: at))
        try await eventually(holds: {
            let graph = try await server.get("/api/v1/kpis?by=total", token: token)
            return graph["at"].string == Timestamp.text(milliseconds: at)
        })
    }

    @Test(
        "what the client has is not sent again until the next tick",
        arguments: [
            "graph", "graph?format=dot", "kpis?by=dependency", "kpis?format=csv", "history", "losses", "proxies",
            "policy",
            "pins",
        ])
    func unchanged(path: String) async throws {
        try await withServer { server in
            let token = try await server.signIn()
            try await publish(3, at: 1_000_000, to: server, token: token)
            let target =
                "/api/v1/"
                + (path == "history"
                    ? "history?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
                    : path == "losses" ? "losses?since=2026-01-01T00:00:00Z" : path)
            let first = try await server.request("GET", target, [server.bearer(token)])
            let tag = try #require(first["etag"])
            #expect(first.status == 200 && !first.text.isEmpty)
            #expect(first["vary"] == "Accept, Accept-Encoding" && first["cache-control"] == "private, no-cache")
            for known in [tag, "\"other\", \(tag)", String(tag.dropFirst(2)), "*"] {
                let second = try await server.request(
                    "GET", target, [server.bearer(token), ("if-none-match", known)])
                #expect(second.status == 304 && second.text.isEmpty && second["etag"] == tag, "\(known)")
            }
            let other = try await server.request(
                "GET", target, [server.bearer(token), ("if-none-match", "\"other\"")])
            #expect(other.status == 200)
            #expect(try await server.request("GET", target, [("if-none-match", tag)]).status == 401)
            guard path.hasPrefix("graph") || path.hasPrefix("kpis") else { return }
            try await publish(3, at: 1_001_000, to: server, token: token)
            let later = try await server.request("GET", target, [server.bearer(token), ("if-none-match", tag)])
            #expect(later.status == 200 && later["etag"] != tag)
        }
    }

    @Test("each format has a tag of its own")
    func tags() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            try await publish(3, at: 1_000_000, to: server, token: token)
            var tags: Set<String> = []
            for format in GraphFormat.allCases {
                let answer = try await server.request(
                    "GET", "/api/v1/graph?format=\(format.rawValue)", [server.bearer(token)])
                #expect(answer["content-type"] == format.mediaType)
                tags.insert(try #require(answer["etag"]))
            }
            #expect(tags.count == GraphFormat.allCases.count)
        }
    }

    @Test("a client that takes gzip gets gzip, of the same content; one that does not, or nothing worth it, does not")
    func compression() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            try await publish(50, at: 1_000_000, to: server, token: token)
            let plain = try await server.request("GET", "/api/v1/graph", [server.bearer(token)])
            #expect(plain["content-encoding"] == nil)
            for accept in ["gzip", "br, GZIP;q=0.5", "*"] {
                let answer = try await server.request(
                    "GET", "/api/v1/graph", [server.bearer(token), ("accept-encoding", accept)])
                #expect(answer["content-encoding"] == "gzip" && answer["etag"] == plain["etag"], "\(accept)")
                #expect(answer.body.count * 4 < plain.body.count)
                #expect(try Self.unzipped(answer.body) == plain.body)
            }
            for accept in ["identity", "gzip;q=0", "br", "", "gzip;q=nonsense", "x-gzip", "*;q=0"] {
                let answer = try await server.request(
                    "GET", "/api/v1/graph", [server.bearer(token), ("accept-encoding", accept)])
                #expect(answer["content-encoding"] == nil, "\(accept)")
            }
            let small = try await server.request(
                "GET", "/api/v1/losses", [server.bearer(token), ("accept-encoding", "gzip")])
            #expect(small["content-encoding"] == nil)
        }
    }

    @Test("CSV comes when it is preferred, and JSON otherwise")
    func negotiation() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            try await publish(3, at: 1_000_000, to: server, token: token)
            for (accept, isCSV) in [
                ("text/csv", true), ("text/csv, application/json;q=0.5", true),
                ("application/json, text/csv;q=0.9", false),
                ("*/*", false), ("text/csv;q=0", false), ("text/html", false), ("text/csv, */*;q=0.1", true),
            ] {
                for path in ["kpis", "history"] {
                    let answer = try await server.request(
                        "GET", "/api/v1/\(path)", [server.bearer(token), ("accept", accept)])
                    let type = isCSV ? "text/csv; charset=utf-8; header=present" : "application/json"
                    #expect(answer["content-type"] == type, "\(path): \(accept)")
                }
            }
            let csv = try await server.request("GET", "/api/v1/kpis?format=csv&sort=-calls", [server.bearer(token)])
            let lines = csv.text.split(separator: "\r\n")
            #expect(lines.count == 4 && lines[0].hasPrefix("at,window,id,environment,service,dependency,"))
            #expect(
                lines[1].hasPrefix("1970-01-01T00:16:40.000Z,5m,service:shop->dependency:db0:1,production,shop,db0:1,"))
            let named = try await server.request(
                "GET", "/api/v1/kpis?format=json", [server.bearer(token), ("accept", "text/csv")])
            #expect(named["content-type"] == "application/json")
        }
    }

    /// By the reference program: our own code writes gzip only.
    private static func unzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/answer.gz"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dk", path]
        try process.run()
        process.waitUntilExit()
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.path + "/answer")))
    }
}

import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("The resource of losses")
struct LossesResourceTests {
    @Test("losses tell whose calls never arrived, and how many")
    func losses() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now)
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(0), owner: "test", duration: .seconds(30)))
            let loss = { (first: UInt64, count: UInt64, at: Int64) in
                Loss(producer: "p1", environment: "production", service: "shop", first: first, count: count, at: at)
            }
            try await server.store.commit(
                ShardCommit(
                    shard: 0, cursor: "1-0", openSince: 0,
                    losses: [loss(3, 4, (now - 172_800) * 1_000), loss(10, 5, (now - 60) * 1_000)]),
                under: lease)
            let day = try await server.get("/api/v1/losses", token: token)
            #expect(day["calls"].int == 5)
            #expect(day["items"].array.count == 1)
            #expect(day["items"][0]["service"].string == "shop")
            #expect(day["items"][0]["first"].int == 10)
            let all = try await server.get(
                "/api/v1/losses?since=\(Timestamp.text(seconds: now - 200_000))", token: token)
            #expect(all["calls"].int == 9 && all["is_complete"].bool == true)
            try await server.store.commit(
                ShardCommit(
                    shard: 0, cursor: "2-0", openSince: 0,
                    losses: (0..<999).map { loss(UInt64(100 + $0), 1, (now - 30) * 1_000) }), under: lease)
            let newest = try await server.get(
                "/api/v1/losses?since=\(Timestamp.text(seconds: now - 200_000))", token: token)
            #expect(newest["items"].array.count == 1_000 && newest["is_complete"].bool == false)
            #expect(newest["calls"].int == 999 + 5)
            #expect(newest["total"] == (try JSONValue(#"{"calls":1008,"count":1001}"#)))
            let refused = try await server.request("GET", "/api/v1/losses?since=yesterday", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }

    @Test("entries that could not be read are counted, and listed by pages, with why")
    func quarantined() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            let now = Int64(Date.now) * 1_000
            let lease = try #require(
                try await server.store.acquireLease(Lease.shard(2), owner: "test", duration: .seconds(30)))
            #expect(try await server.get("/api/v1/losses", token: token)["quarantined"]["count"].int == 0)
            try await server.store.commit(
                ShardCommit(
                    shard: 2, cursor: "1-0", openSince: 0,
                    quarantined: (0..<250).map {
                        QuarantinedEntry(shard: 2, entryID: "\($0)-0", reason: "n is wrong", at: now)
                    }), under: lease)
            var (entries, path, pages) = ([String?](), "/api/v1/losses", 0)
            while pages < 9 {
                let list = try await server.get(path, token: token)["quarantined"]
                #expect(list["count"].int == 250)
                entries += list["items"].array.map { $0["entry"].string }
                #expect(list["items"].array.allSatisfy { $0["reason"].string == "n is wrong" && $0["shard"].int == 2 })
                pages += 1
                guard let next = list["next"].string else { break }
                path = "/api/v1/losses?quarantined_before=" + next
            }
            #expect(pages == 3 && entries == (0..<250).reversed().map { "\($0)-0" })
            let refused = try await server.request(
                "GET", "/api/v1/losses?quarantined_before=-1", [server.bearer(token)])
            #expect(refused.status == 400)
        }
    }
}

extension Int64 {
    fileprivate init(_ date: Date) { self = Int64(date.timeIntervalSince1970) }
}

import TestSupport
import Testing
import VenusStore

@Suite("Leases")
struct LeaseTests {
    @Test("a free lease is taken, renewed by its owner, and refused to others", arguments: Backend.allCases)
    func exclusive(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try #require(try await store.acquireLease("shard:0", owner: "a", duration: .seconds(60)))
            #expect(first == Lease(name: "shard:0", owner: "a", epoch: first.epoch))
            #expect(try await store.acquireLease("shard:0", owner: "a", duration: .seconds(60)) == first)
            #expect(try await store.acquireLease("shard:0", owner: "b", duration: .seconds(60)) == nil)
            #expect(try await store.acquireLease("shard:1", owner: "b", duration: .seconds(60)) != nil)
        }
    }

    @Test("an expired lease goes to another owner under a higher epoch", arguments: Backend.allCases)
    func takeover(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try #require(try await store.acquireLease("shard:0", owner: "a", duration: .milliseconds(1)))
            let second = try await eventually {
                try await store.acquireLease("shard:0", owner: "b", duration: .seconds(60))
            }
            #expect(second.epoch > first.epoch)
            #expect(try await store.acquireLease("shard:0", owner: "a", duration: .seconds(60)) == nil)
        }
    }

    @Test("a lease that its owner let expire is taken anew", arguments: Backend.allCases)
    func expiredRenewal(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try #require(try await store.acquireLease("shard:0", owner: "a", duration: .milliseconds(1)))
            try await eventually {
                let again = try await store.acquireLease("shard:0", owner: "a", duration: .milliseconds(1))
                return try #require(again).epoch > first.epoch
            }
        }
    }

    @Test("a released lease is free at once, and its epoch still rises", arguments: Backend.allCases)
    func release(backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try await store.takeShard(owner: "a")
            try await store.releaseLease(first)
            let second = try await store.takeShard(owner: "b")
            #expect(second.epoch > first.epoch)
            // What the former owner gives up is no longer its.
            try await store.releaseLease(first)
            #expect(try await store.acquireLease(second.name, owner: "c", duration: .seconds(1)) == nil)
        }
    }

    @Test("of many that want a lease at once, one gets it", arguments: Backend.allCases)
    func race(backend: Backend) async throws {
        try await backend.withStore { store in
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await store.acquireLease("shard:0", owner: "owner-\(number)", duration: .seconds(60)) != nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
        }
    }
}

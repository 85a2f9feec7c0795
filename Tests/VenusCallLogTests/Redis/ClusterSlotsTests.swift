import Testing
import VenusCallLog

@Suite("The slots of a Redis Cluster")
struct ClusterSlotsTests {
    private func text(_ text: String) -> RedisReply { .string(Array(text.utf8)) }

    private func range(_ first: Int64, _ last: Int64, _ host: RedisReply, _ port: Int64) -> RedisReply {
        .array([.integer(first), .integer(last), .array([host, .integer(port), text("id"), .array([])])])
    }

    private let asked = RedisAddress(host: "asked", port: 9)

    @Test(
        "a key's slot is that of the part in its first braces",
        arguments: [
            // By CLUSTER KEYSLOT of Redis 7.0.
            ("", 0), ("123456789", 12_739), ("venus:calls:{0}", 13_907), ("other:calls:{0}", 13_907),
            ("venus:calls:{3}", 1_584), ("foo{}{bar}", 8_363), ("foo{{bar}}zap", 4_015), ("foo{bar", 15_278),
        ])
    func slot(key: String, slot: Int) { #expect(ClusterSlots.slot(of: Array(key.utf8)) == slot) }

    @Test("the answer of a node says who has what; one that does not know its host means itself")
    func reply() throws {
        let reply = RedisReply.array([
            range(0, 99, text("a"), 1), range(100, 16_000, text(""), 2), range(16_001, 16_001, .null, 9),
            range(16_002, 16_002, text("?"), 9),
        ])
        let slots = try #require(ClusterSlots(reply, from: asked))
        #expect(slots.node(of: 0) == RedisAddress(host: "a", port: 1) && slots.node(of: 99) == slots.node(of: 0))
        #expect(slots.node(of: 100) == RedisAddress(host: "asked", port: 2))
        #expect(slots.node(of: 16_001) == asked && slots.node(of: 16_002) == asked)
        #expect(slots.node(of: 16_003) == nil)
        #expect(slots.known.count == 3)
    }

    @Test("a slot that moved is at its new node, and the others stay")
    func move() throws {
        var slots = try #require(ClusterSlots(.array([range(0, 16_383, text("a"), 1)]), from: asked))
        slots.move(7, to: asked)
        #expect(slots.node(of: 7) == asked && slots.node(of: 8) == RedisAddress(host: "a", port: 1))
    }

    @Test("an answer that makes no sense is none")
    func nonsense() {
        for reply in [
            RedisReply.null, .integer(1), .array([.integer(1)]), .array([range(5, 4, text("a"), 1)]),
            .array([range(-1, 4, text("a"), 1)]), .array([range(0, 16_384, text("a"), 1)]),
            .array([range(0, 1, text("a"), 0)]), .array([range(0, 1, text("a"), 65_536)]),
            .array([.array([.integer(0), .integer(1), .array([text("a")])])]),
        ] {
            #expect(ClusterSlots(reply, from: asked) == nil, "\(reply)")
        }
    }
}

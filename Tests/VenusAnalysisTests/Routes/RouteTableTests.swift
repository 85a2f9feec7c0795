import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite("The routes of a shard")
struct RouteTableTests {
    private static let now = Samples.epoch * 1_000
    private static let producer = Samples.producer("p")

    private static func operation(_ route: String, method: String = "GET", host: String = "api.test") -> Operation {
        Operation(scheme: "http", host: host, port: 80, method: method, route: route, networkProtocol: "http/1.1")
    }

    @Test("what was learned is handed on to the next owner, once")
    func handingOn() {
        var table = RouteTable(now: Self.now)
        for number in 0..<30 {
            _ = table.key(of: Self.operation("/users/name\(number)"), by: Self.producer, now: Self.now)
        }
        _ = table.key(of: Self.operation("/status", host: "other.test"), by: Self.producer, now: Self.now)
        let changes = table.takeChanges(now: Self.now)
        #expect(changes.map(\.edge.dependency) == ["api.test:80", "other.test:80"])
        #expect(
            table.key(of: Self.operation("/users/new"), by: Self.producer, now: Self.now).operation == "GET /users/*")
        #expect(table.takeChanges(now: Self.now).isEmpty)

        var next = RouteTable(changes, now: Self.now)
        #expect(
            next.key(of: Self.operation("/users/name1"), by: Self.producer, now: Self.now).operation == "GET /users/*")
        #expect(next.takeChanges(now: Self.now).isEmpty)
        #expect(next.nodeCount == table.nodeCount)
    }

    @Test("answers that were given before a collapse are not given after it")
    func collapse() {
        var table = RouteTable(now: Self.now)
        for number in 0..<20 {
            let operation = Self.operation("/users/name\(number)")
            #expect(
                table.key(of: operation, by: Self.producer, now: Self.now) == Samples.key(operation, of: Self.producer))
        }
        for number in [20, 0, 7] {
            let operation = Self.operation("/users/name\(number)")
            #expect(table.key(of: operation, by: Self.producer, now: Self.now).operation == "GET /users/*")
        }
        // Another service's edge learns by itself.
        let other = Samples.producer("q", service: "stock")
        #expect(table.key(of: Self.operation("/users/name1"), by: other, now: Self.now).operation == "GET /users/name1")
    }

    @Test("tunnels, and what is no path, keep their names")
    func others() {
        var table = RouteTable(now: Self.now)
        for number in 0..<40 {
            let tunnel = Operation(
                scheme: "tcp", host: "cdn.test", port: 443, method: "CONNECT", route: "name\(number).test",
                networkProtocol: "tls/1.3")
            #expect(table.key(of: tunnel, by: Self.producer, now: Self.now) == Samples.key(tunnel, of: Self.producer))
            let options = Self.operation("*", method: "OPTIONS")
            #expect(table.key(of: options, by: Self.producer, now: Self.now).operation == "OPTIONS *")
        }
        #expect(table.edgeCount == 0)
        #expect(table.takeChanges(now: Self.now).isEmpty)
    }

    @Test("an edge without room for a route counts it under _overflow")
    func overflow() {
        var table = RouteTable(now: Self.now)
        var keys: Set<String> = []
        for a in 0..<18 {
            for b in 0..<18 {
                for c in 0..<18 {
                    let operation = Self.operation("/a\(a)/b\(b)/c\(c)")
                    keys.insert(table.key(of: operation, by: Self.producer, now: Self.now).operation)
                }
            }
        }
        #expect(keys.contains("GET _overflow"))
        #expect(table.nodeCount <= RouteTrie.maximumNodes)
    }

    @Test("many edges stay within the bounds; those used last are known")
    func bounds() {
        let bounds = RouteTable.Bounds(edges: 100, nodes: 1_000, answers: 50)
        var table = RouteTable(bounds: bounds, now: Self.now)
        for number in 0..<5_000 {
            let now = Self.now + Int64(number)
            _ = table.key(of: Self.operation("/a/b/c/d/e", host: "host\(number)"), by: Self.producer, now: now)
            #expect(table.edgeCount <= bounds.edges)
            #expect(table.nodeCount <= bounds.nodes)
        }
        let changes = table.takeChanges(now: Self.now + 5_000)
        #expect(changes.count == table.edgeCount)
        #expect(changes.contains { $0.edge.dependency == "host4999:80" })
    }

    @Test("an edge in use is kept, and an idle one forgotten")
    func forgetting() {
        var table = RouteTable(now: Self.now)
        let used = Self.operation("/a", host: "used.test")
        _ = table.key(of: Self.operation("/a", host: "idle.test"), by: Self.producer, now: Self.now)
        var renewals = 0
        for hour in 0..<Int64(38 * 24) {
            let now = Self.now + hour * 3_600_000
            _ = table.key(of: used, by: Self.producer, now: now)
            renewals += table.takeChanges(now: now).filter { $0.edge.dependency == "used.test:80" }.count
        }
        #expect(table.edgeCount == 1)
        // About once a day, not at each use.
        #expect((15...40).contains(renewals))
    }

    @Test("templates are the same after the owner is gone and another goes on")
    func restart() async throws {
        let house = try await ShardHouse()
        var owner = house.owner()
        var first: UInt64 = 1
        func append(_ names: Range<Int>, at second: Int64) {
            for number in names {
                var block = CallBlock(
                    producer: Self.producer, first: first, operations: [Self.operation("/users/name\(number)")],
                    calls: [Call(operation: 0, start: second * 1_000_000, duration: 1_000, outcome: .success)])
                block.calls[0].status = 200
                house.append(block)
                first += 1
            }
        }
        await house.tick(&owner, at: Samples.epoch)
        append(0..<25, at: Samples.epoch)
        await house.tick(&owner, at: Samples.epoch + 1)

        // One that crashed is simply gone; the lease knows it by its name.
        var next = house.owner()
        house.clock.move(to: (Samples.epoch + 120) * 1_000)
        append(3..<6, at: Samples.epoch + 120)
        await house.tick(&next, at: Samples.epoch + 121)
        await house.tick(&next, at: Samples.epoch + 200)
        let rows = try await house.rows(.minute, .operation)
        let last = try #require(rows[Samples.epoch + 120])
        #expect(last.map(\.key.operation) == ["GET /users/*"])
        #expect(last.map(\.value.calls) == [3])
        // What came before the collapse is history under its old names.
        #expect(rows[Samples.epoch]?.values.reduce(0) { $0 + $1.calls } == 25)
        #expect(rows[Samples.epoch]?.count == 21)
    }
}

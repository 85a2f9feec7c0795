import Testing
import TestSupport
import VenusAnalysis
import VenusCore

@Suite("The routes of an edge")
struct RouteTrieTests {
    /// Paths with few and with many children at every level.
    private static func paths(_ count: Int, seed: UInt64) -> [(method: String, route: String)] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let depth = Int.random(in: 1...5, using: &random)
            let segments = (0..<depth).map { level -> String in
                switch Int.random(in: 0..<10, using: &random) {
                case 0: "*"
                case 1...6: "w\(level)\(Int.random(in: 0..<4, using: &random))"
                default: "v\(Int.random(in: 0..<60, using: &random))"
                }
            }
            let method = random.chance(70) ? "GET" : "POST"
            return (method, "/" + segments.joined(separator: "/"))
        }
    }

    @Test("20 children stay apart, 21 are one")
    func limit() {
        var trie = RouteTrie()
        for number in 0..<20 {
            #expect(
                trie.template(of: "/users/u\(number)/orders", method: "GET") == .template("/users/u\(number)/orders"))
        }
        #expect(trie.template(of: "/users/u3/orders", method: "GET") == .template("/users/u3/orders"))
        #expect(trie.template(of: "/users/u20", method: "GET") == .collapsed("/users/*"))
        #expect(trie.template(of: "/users/u3/orders", method: "GET") == .template("/users/*/orders"))
        #expect(trie.template(of: "/users/new/orders", method: "GET") == .template("/users/*/orders"))
        // Other methods and other places are as they were.
        #expect(trie.template(of: "/users/u3", method: "POST") == .template("/users/u3"))
        #expect(trie.template(of: "/carts/u3", method: "GET") == .template("/carts/u3"))
    }

    @Test("the merged children of what collapses collapse where they are too many together")
    func merging() {
        var trie = RouteTrie()
        for number in 0..<20 {
            _ = trie.template(of: "/a\(number)/b\(number)/c", method: "GET")
            _ = trie.template(of: "/a\(number)/x/d", method: "GET")
        }
        #expect(trie.template(of: "/a1/b1/c", method: "GET") == .template("/a1/b1/c"))
        // The 21st child merges 21 different ones below it.
        #expect(trie.template(of: "/a20/b20/e", method: "GET") == .collapsed("/*/*/e"))
        #expect(trie.template(of: "/a1/b1/c", method: "GET") == .template("/*/*/c"))
        #expect(trie.template(of: "/a7/x/d", method: "GET") == .template("/*/*/d"))
        // GET, *, *, c, d, e
        #expect(trie.nodeCount == 6)
    }

    @Test("the same routes make the same tree in any order", arguments: 0..<20)
    func order(seed: Int) {
        let paths = Self.paths(400, seed: UInt64(seed))
        var first = RouteTrie()
        for path in paths { _ = first.template(of: path.route, method: path.method) }
        var random = SeededGenerator(seed: UInt64(seed) + 1_000)
        for _ in 0..<3 {
            var other = RouteTrie()
            for path in paths.shuffled(using: &random) { _ = other.template(of: path.route, method: path.method) }
            #expect(other == first)
        }
        let settled = first
        for path in paths {
            let template = first.template(of: path.route, method: path.method)
            #expect(template == .template(template.template ?? ""))
        }
        #expect(first == settled)
    }

    @Test("a template is its own template", arguments: 0..<10)
    func idempotence(seed: Int) throws {
        var trie = RouteTrie()
        for path in Self.paths(600, seed: UInt64(seed)) { _ = trie.template(of: path.route, method: path.method) }
        for path in Self.paths(600, seed: UInt64(seed)) {
            let template = try #require(trie.template(of: path.route, method: path.method).template)
            #expect(trie.template(of: template, method: path.method) == .template(template))
        }
    }

    @Test("100,000 random paths stay within the bounds, and what has no room is said to have none")
    func bounds() throws {
        var random = SeededGenerator(seed: 5)
        var trie = RouteTrie()
        var hasOverflown = false
        for _ in 0..<100_000 {
            let depth = Int.random(in: 1...20, using: &random)
            // 19 names a segment never collapse, and so need the most room.
            let segments = (0..<depth).map { _ in "s\(Int.random(in: 0..<19, using: &random))" }
            let method = "M\(Int.random(in: 0..<100, using: &random))"
            switch trie.template(of: "/" + segments.joined(separator: "/"), method: method) {
            case .template(let template):
                let kept = template.split(separator: "/")
                #expect(kept.count == min(depth, RouteTrie.maximumDepth))
                if depth > RouteTrie.maximumDepth { #expect(kept.last == "**") }
            case .collapsed: Issue.record("nothing is to collapse")
            case .overflow: hasOverflown = true
            }
        }
        #expect(hasOverflown)
        #expect(trie.nodeCount <= RouteTrie.maximumNodes)
        #expect(trie.nodeCount > RouteTrie.maximumNodes - 2 * RouteTrie.maximumDepth)
        #expect(try RouteTrie(encoded: trie.encoded) == trie)

        var wide = RouteTrie()
        for number in 0..<100_000 {
            let a = Int.random(in: 0..<1_000, using: &random)
            #expect(wide.template(of: "/a\(a)/b\(number)/c", method: "GET") != .overflow)
        }
        #expect(wide.template(of: "/x/y/c", method: "GET") == .template("/*/*/c"))
        #expect(wide.nodeCount == 4)
    }

    @Test("what is stored is read back as it was", arguments: 0..<10)
    func roundTrip(seed: Int) throws {
        var trie = RouteTrie()
        #expect(try RouteTrie(encoded: trie.encoded) == trie)
        for path in Self.paths(300, seed: UInt64(seed)) { _ = trie.template(of: path.route, method: path.method) }
        let read = try RouteTrie(encoded: trie.encoded)
        #expect(read == trie)
        #expect(read.nodeCount == trie.nodeCount)
    }

    @Test("damaged bytes are refused or make a tree that keeps the bounds")
    func damage() throws {
        var trie = RouteTrie()
        for path in Self.paths(200, seed: 3) { _ = trie.template(of: path.route, method: path.method) }
        let bytes = trie.encoded
        var random = SeededGenerator(seed: 4)
        var refused = 0
        for _ in 0..<5_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if random.chance(20) { damaged.removeLast(Int.random(in: 1..<damaged.count, using: &random)) }
            do {
                var read = try RouteTrie(encoded: damaged)
                #expect(read.nodeCount <= RouteTrie.maximumNodes)
                _ = read.template(of: "/w00/w11/new", method: "GET")
                #expect(try RouteTrie(encoded: read.encoded) == read)
            } catch { refused += 1 }
        }
        #expect(refused > 1_000)
        #expect(throws: EncodingError.newerVersion(2)) { try RouteTrie(encoded: [2, 0]) }
    }
}

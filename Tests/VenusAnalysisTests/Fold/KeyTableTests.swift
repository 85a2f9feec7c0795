import Testing
import VenusAnalysis
import VenusCore

@Suite struct KeyTableTests {
    private func key(_ operation: String, service: String = "s", dependency: String = "d:1") -> SeriesKey {
        .operation(operation, service: service, dependency: dependency, environment: "e")
    }

    @Test("an operation keeps its number and knows its edge")
    func numbers() {
        var table = KeyTable()
        let first = table.number(of: key("a"))
        let second = table.number(of: key("b"))
        #expect(table.number(of: key("a")) == first)
        #expect(first != second)
        #expect(table[first].edge == table[second].edge)
        #expect(table[table[first].edge].key == key("a").key(at: .edge))
    }

    @Test("beyond the bounds operations, dependencies and services become _overflow")
    func bounds() {
        var table = KeyTable(bounds: KeyTable.Bounds(operationsPerEdge: 2, services: 2, operations: 4))
        _ = table.number(of: key("a"))
        _ = table.number(of: key("b"))
        let third = table.number(of: key("c"))
        #expect(table[third].key == key("c _overflow"))
        _ = table.number(of: key("a", service: "t"))
        let full = table.number(of: key("b", service: "t"))
        #expect(table[full].key == key("b _overflow", service: "t", dependency: "_overflow"))
        let elsewhere = table.number(of: key("a", service: "u"))
        #expect(table[elsewhere].key.service == "_overflow" && table[elsewhere].key.operation == "a _overflow")
        for number in 0..<100 { _ = table.number(of: key("a\(number)", service: "s\(number)")) }
        let count = table.count
        for number in 100..<1_000 { _ = table.number(of: key("a\(number)", service: "s\(number)")) }
        #expect(table.count == count)
    }

    @Test("what overflows is told apart by method, of a few methods an edge")
    func overflowingMethods() {
        var table = KeyTable(bounds: KeyTable.Bounds(operationsPerEdge: 2))
        let operation = { (name: String) -> String in
            let number = table.number(of: key(name))
            return table[number].key.operation
        }
        #expect(operation("GET /a") == "GET /a" && operation("GET /b") == "GET /b")
        #expect(operation("GET /c") == "GET _overflow" && operation("GET /d") == "GET _overflow")
        #expect(operation("POST /a websocket") == "POST _overflow" && operation("CONNECT") == "CONNECT _overflow")
        for number in 0..<100 { _ = operation("METHOD\(number) /") }
        // Its two, those of 16 methods, and that of the other ones; and the edge.
        #expect(table.count == 2 + KeyTable.maximumOverflowingMethods + 1 + 1)
        #expect(operation("METHOD99 /") == "_overflow" && operation("GET /e") == "GET _overflow")
        #expect(operation(String(repeating: "M", count: 65) + " /") == "_overflow")
        #expect(operation("_overflow") == "_overflow" && operation("GET _overflow") == "GET _overflow")
    }

    @Test("tables that share a budget stop at its bounds together, and what one gives up another may take")
    func sharedBudget() {
        let bounds = KeyTable.Bounds(services: 3, operations: 4)
        let budget = KeyBudget()
        var one = KeyTable(bounds: bounds, budget: budget)
        var other: KeyTable? = KeyTable(bounds: bounds, budget: budget)
        for name in ["a", "b", "c"] { _ = one.number(of: key(name)) }
        func add(_ name: String, service: String) -> SeriesKey? {
            let number = other?.number(of: key(name, service: service))
            return number.flatMap { other?[$0].key }
        }
        #expect(add("a", service: "t") == key("a", service: "t"))
        #expect(add("b", service: "t") == key("b _overflow", service: "t", dependency: "_overflow"))
        _ = add("a", service: "u")
        #expect(add("a", service: "v")?.service == "_overflow")
        // What it knows it goes on knowing.
        #expect(add("a", service: "t") == key("a", service: "t"))
        let refused = one.number(of: key("d"))
        #expect(one[refused].key == key("d _overflow", dependency: "_overflow"))

        let freed = one.number(of: key("a"))
        one.removeAll { $0 != freed }
        #expect(one.operationCount == 3)
        other = nil
        // Its own three: two operations, and the one that stands for others.
        let last = one.number(of: key("d"))
        #expect(one[last].key == key("d"))
        let beyond = one.number(of: key("e"))
        #expect(one[beyond].key.dependency == "_overflow")
    }

    @Test("beyond all operations, edges and dependencies that are known go on being told apart while there is room")
    func knownEdges() {
        var table = KeyTable(bounds: KeyTable.Bounds(operations: 60))
        #expect(KeyTable.Bounds(operations: 60).overflowing == 3)
        func add(_ operation: String, _ service: String, _ dependency: String) -> SeriesKey {
            let number = table.number(of: key(operation, service: service, dependency: dependency))
            return table[number].key
        }
        for number in 0..<60 { _ = add("GET /\(number)", "s", number < 30 ? "d:1" : "d:2") }
        let overflow = { self.key("GET _overflow", service: $0, dependency: $1) }
        #expect(add("GET /new", "s", "d:1") == overflow("s", "d:1"))
        #expect(add("GET /newer", "s", "d:1") == overflow("s", "d:1"))
        // A new edge of a dependency that is known, and one of a dependency that is not.
        #expect(add("GET /", "t", "d:2") == overflow("t", "d:2"))
        #expect(add("GET /", "t", "d:3") == overflow("t", "_overflow"))
        // Now there is no more room but for what is there.
        #expect(add("GET /new", "s", "d:2") == overflow("s", "_overflow"))
        #expect(add("GET /newest", "s", "d:1") == overflow("s", "d:1"))
        #expect(add("GET /0", "s", "d:1") == key("GET /0", service: "s", dependency: "d:1"))

        // A dependency without edges is forgotten.
        let others = Set(table.inUse.filter { $0.entry.key.dependency != "d:2" }.map(\.number))
        table.removeAll { others.contains($0) }
        #expect(table.operationCount == 30 + 3)
        for number in 0..<27 { _ = add("GET /\(number)", "u", "d:4") }
        #expect(add("GET /", "t", "d:2") == overflow("t", "_overflow"))
        #expect(add("GET /", "t", "d:4") == overflow("t", "d:4"))
    }

    @Test("what calls itself by the name of what overflows takes no room besides")
    func namedLikeOverflow() {
        var table = KeyTable()
        for number in 0..<100 { _ = table.number(of: key("METHOD\(number) _overflow")) }
        #expect(table.operationCount == KeyTable.maximumOverflowingMethods + 1)
    }

    @Test("a name that is too long for the store is counted under _overflow")
    func longNames() {
        var table = KeyTable()
        let number = table.number(of: key(String(repeating: "a", count: 513), dependency: "d:2"))
        #expect(table[number].key == key("_overflow", dependency: "d:2"))
        let again = table.number(of: key(String(repeating: "b", count: 513), dependency: "d:2"))
        #expect(again == number)
    }

    @Test("numbers that are not in use any more are given out again")
    func reuse() {
        var table = KeyTable(bounds: KeyTable.Bounds(operationsPerEdge: 2, services: 2, operations: 4))
        for round in 0..<100 {
            let number = table.number(of: key("a\(round)", service: "s\(round)"))
            #expect(number < 4)
            #expect(table[number].key == key("a\(round)", service: "s\(round)"))
            table.removeAll { _ in false }
            #expect(table.count == 0)
        }
    }

    @Test("room that most series have left is given up, and those that stay keep their numbers")
    func shrinking() {
        var table = KeyTable()
        for place in 0..<10_000 { _ = table.number(of: key("o\(place)", service: "s\(place / 100)")) }
        #expect(!table.isMostlyEmpty)
        // Of the first service, some of one in the middle, and their edges.
        let staying = table.inUse.filter {
            $0.entry.key.service == "s0" || $0.entry.key.service == "s50" && $0.number % 3 == 0
        }
        let numbers = Set(staying.map(\.number))
        table.removeAll { numbers.contains($0) }
        #expect(table.isMostlyEmpty)
        let before = table.inUse.map { ($0.number, $0.entry.key) }

        table.shrink()

        #expect(!table.isMostlyEmpty)
        #expect(table.inUse.elementsEqual(before) { $0.number == $1.0 && $0.entry.key == $1.1 })
        for (_, known) in before where known.level == .operation {
            let number = table.number(of: known)
            #expect(table[number].key == known)
        }
        #expect(table.count == before.count)
        var taken = Set(before.map(\.0))
        for place in 0..<6_000 {
            let number = table.number(of: key("n\(place)", service: "t\(place / 100)"))
            #expect(taken.insert(number).inserted)
            taken.insert(table[number].edge)
        }
        table.removeAll { _ in false }
        table.shrink()
        #expect(table.count == 0 && table.inUse.isEmpty && !table.isMostlyEmpty)
    }
}

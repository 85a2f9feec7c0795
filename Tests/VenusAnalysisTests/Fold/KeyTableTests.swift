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
        #expect(table[third].key == key("_overflow"))
        _ = table.number(of: key("a", service: "t"))
        let full = table.number(of: key("b", service: "t"))
        #expect(table[full].key == key("_overflow", service: "t", dependency: "_overflow"))
        let elsewhere = table.number(of: key("a", service: "u"))
        #expect(table[elsewhere].key.service == "_overflow")
        let count = table.count
        for number in 0..<1_000 { _ = table.number(of: key("a\(number)", service: "s\(number)")) }
        #expect(table.count == count)
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
}

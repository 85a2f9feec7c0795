import Testing
import VenusAnalysis
import VenusCore

@Suite("Numbers of instances") struct InstanceTableTests {
    private func key(_ instance: String, _ service: String = "s") -> InstanceKey {
        InstanceKey(environment: "e", service: service, instance: instance)
    }

    private func counted(_ key: InstanceKey, in table: inout InstanceTable) -> InstanceKey {
        let number = table.number(of: key)
        return table[number]
    }

    @Test("beyond the bound instances become their service's _overflow; known ones stay")
    func bounded() {
        var table = InstanceTable(limit: 2)
        let first = table.number(of: key("a"))
        let second = table.number(of: key("b"))
        #expect(first != second && table.number(of: key("a")) == first)
        let third = table.number(of: key("c"))
        #expect(table[third] == key("_overflow"))
        #expect(table.number(of: key("d")) == third)
        #expect(counted(key("a", "t"), in: &table) == key("_overflow", "t"))
        #expect(counted(key("b"), in: &table) == key("b"))
        #expect(table.count == 4)
    }

    @Test("a name that is too long is counted under _overflow")
    func longNames() {
        var table = InstanceTable(limit: 10)
        #expect(counted(key(String(repeating: "a", count: 513)), in: &table) == key("_overflow"))
        #expect(counted(key(String(repeating: "a", count: 512)), in: &table).instance.count == 512)
    }

    @Test("numbers that are not in use any more are given out again")
    func reuse() {
        var table = InstanceTable(limit: 2)
        for round in 0..<100 {
            let number = table.number(of: key("a\(round)"))
            #expect(number == 0 && table[number] == key("a\(round)"))
            #expect(table.inUse.map(\.key) == [key("a\(round)")])
            table.removeAll { _ in false }
            #expect(table.count == 0 && table.inUse.isEmpty)
        }
    }
}

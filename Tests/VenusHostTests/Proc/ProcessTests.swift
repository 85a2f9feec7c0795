import Testing
import VenusHost

@Suite("Processes and pressure")
struct ProcessTests {
    private func line(_ name: String, flags: UInt64 = 4_194_304) -> ArraySlice<UInt8> {
        ArraySlice(
            "77 (\(name)) S 1 77 77 0 -1 \(flags) 1 2 3 4 500 60 7 8 20 0 3 0 12345 104857600 2560 18446744073709551615 1 1 0\n"
                .utf8)
    }

    @Test("names may hold anything", arguments: ["nginx", "a b", "(sd-pam)", ") S 1 (", "x) R 9 9", ""])
    func names(name: String) throws {
        let process = try #require(ProcessStatistics(line(name)))
        #expect(process.name == name)
        #expect(process.ticks == 560 && process.started == 12_345 && process.residentPages == 2_560)
    }

    @Test("the kernel's threads go by what they have in common")
    func kernelThreads() {
        #expect(ProcessStatistics(line("kworker/3:1-events", flags: 0x0020_0040))?.name == "kworker")
        #expect(ProcessStatistics(line("kworker/3:1-events"))?.name == "kworker/3:1-events")
    }

    @Test("what is no process is none", arguments: ["", "77", "77 (x", "77 (x) S 1", "77 )x( S 1 2 3", "()"])
    func garbled(text: String) {
        #expect(ProcessStatistics(ArraySlice(text.utf8)) == nil)
    }

    @Test("processes of one name are counted together, new ones with all they used, another of the same number too")
    func table() throws {
        func process(_ name: String, _ ticks: UInt64, started: UInt64) throws -> ProcessStatistics {
            var process = try #require(ProcessStatistics(line(name)))
            process.ticks = ticks
            process.started = started
            return process
        }
        var before = ProcessTable()
        before.add(1, try process("web", 100, started: 5))
        before.add(2, try process("web", 50, started: 6))
        before.add(3, try process("old", 900, started: 7))
        var now = ProcessTable()
        now.add(1, try process("web", 130, started: 5))
        now.add(2, try process("web", 50, started: 6))
        now.add(3, try process("new", 7, started: 99))
        now.add(4, try process("web", 4, started: 98))
        #expect(now.ticks(since: before) == ["web": 34, "new": 7])
        #expect(now.residentPages == ["web": 7_680, "new": 2_560])
    }

    @Test("the programs that use most, in a stable order, are all that is kept")
    func highest() {
        let numbers = Dictionary(uniqueKeysWithValues: (0..<100).map { ("p\($0)", UInt64($0 / 2)) })
        let highest = ProcessTable.highest(numbers)
        #expect(highest.count == ProcessTable.programs)
        #expect(highest.prefix(3).map(\.name) == ["p98", "p99", "p96"])
    }

    @Test("a table has a bound, and says what is beyond")
    func bound() throws {
        let process = try #require(ProcessStatistics(line("x")))
        var table = ProcessTable()
        for number in 0..<Int32(ProcessTable.maximumProcesses + 3) { table.add(number, process) }
        #expect(table.processes.count == ProcessTable.maximumProcesses && table.leftOut == 3)
    }

    @Test("pressure is what was waited in all; processors have no full before 5.13")
    func pressure() {
        var text = ProcText(
            "some avg10=1.53 avg60=0.87 avg300=0.29 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=789\n")
        let pressure = Pressure(&text)
        #expect(pressure?.some == 123_456 && pressure?.full == 789)
        var old = ProcText("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n")
        #expect(Pressure(&old)?.some == 5)
        var garbled = ProcText("some avg10=0.00\nfull total=x\n")
        #expect(Pressure(&garbled) == nil)
        #expect(garbled.garbledLines == 2)
    }
}

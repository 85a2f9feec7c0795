import Testing
import VenusHost

@Suite("Processors, load and uptime")
struct ProcessorTests {
    @Test(
        "modes are read whatever the kernel's age",
        arguments: [
            // 2.6.9: no steal; 3.10: no guest; 5.15 and later: ten.
            ("cpu  100 20 30 1000 40 5 6", [100, 20, 30, 1_000, 40, 11, 0]),
            ("cpu  100 20 30 1000 40 5 6 7 8", [100, 20, 30, 1_000, 40, 11, 7]),
            ("cpu  100 20 30 1000 40 5 6 7 8 9", [100, 20, 30, 1_000, 40, 11, 7]),
            ("cpu 100 20 30 1000", [100, 20, 30, 1_000, 0, 0, 0]),
        ] as [(String, [UInt64])])
    func modes(line: String, expected: [UInt64]) throws {
        var text = ProcText(line + "\n")
        let total = try #require(CPUStatistics(&text).total)
        #expect(CPUTimes.Mode.allCases.map { total[$0] } == expected)
        #expect(text.garbledLines == 0)
    }

    @Test("cores, processes and what waits are read; interrupts are passed over")
    func wholeFile() {
        var text = ProcText(
            """
            cpu  30 0 20 150 0 0 0 0 0 0
            cpu0 10 0 10 80 0 0 0 0 0 0
            cpu3 20 0 10 70 0 0 0 0 0 0
            intr 12345 0 0 9 0 0
            ctxt 98765
            btime 1700000000
            processes 4321
            procs_running 3
            procs_blocked 1
            softirq 1 2 3 4 5 6 7 8 9 10 11

            """)
        let cpu = CPUStatistics(&text)
        #expect(cpu.cores.keys.sorted() == [0, 3])
        #expect(cpu.cores[3]?[.user] == 20)
        #expect(cpu.processesCreated == 4_321)
        #expect(cpu.running == 3 && cpu.blocked == 1)
        #expect(text.garbledLines == 0)
    }

    @Test("a garbled line is passed over and counted, the others hold")
    func garbled() {
        var text = ProcText("cpu  1 2 x 4\ncpu0 10 0 10 80\ncpu1 10\ncpux 1 2 3 4\nprocesses many\nprocs_running 2\n")
        let cpu = CPUStatistics(&text)
        #expect(cpu.total == nil)
        #expect(cpu.cores.keys.sorted() == [0])
        #expect(cpu.processesCreated == nil && cpu.running == 2)
        #expect(text.garbledLines == 4)
    }

    @Test("idle time that goes back is no time, and not a leap")
    func estimatesGoBack() throws {
        func times(_ line: String) throws -> CPUTimes {
            var text = ProcText(line)
            return try #require(CPUStatistics(&text).total)
        }
        let used = try times("cpu 150 0 50 990 39 0 0 0").since(try times("cpu 100 0 50 1000 40 0 0 0"))
        #expect(used[.user] == 50)
        #expect(used[.idle] == 0 && used[.iowait] == 0)
        #expect(used.busyShare == 1)
        #expect(used.since(used).busyShare == nil)
    }

    @Test("load and uptime")
    func loadAndUptime() {
        var text = ProcText("0.52 1.08 12.59 3/1234 56789\n")
        let load = LoadAverage(&text)
        #expect(load?.oneMinute == 0.52 && load?.fiveMinutes == 1.08 && load?.fifteenMinutes == 12.59)
        var uptime = ProcText("350735.47 234388.90\n")
        #expect(Uptime(&uptime)?.seconds == 350_735.47)
    }

    @Test("what is no load or uptime is none", arguments: ["", "\n", "a b c", "1.0 2.0", "1.x 2 3", "-1 2 3"])
    func noLoad(garbled: String) {
        var text = ProcText(garbled)
        #expect(LoadAverage(&text) == nil)
    }
}

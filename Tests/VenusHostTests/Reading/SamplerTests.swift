import Testing
import VenusCore
import VenusHost

@Suite("Readings from snapshots")
struct SamplerTests {
    private func snapshot(_ clock: Double, _ change: (inout HostSnapshot) -> Void = { _ in }) -> HostSnapshot {
        var snapshot = HostSnapshot(at: 1_800_000_000_000 + Int64(clock * 1_000), clock: clock)
        change(&snapshot)
        return snapshot
    }

    private func sampler() -> HostSampler { HostSampler(ticksPerSecond: 100, pageBytes: 4_096) }

    private func reading(_ first: HostSnapshot, _ second: HostSnapshot) throws -> HostReading {
        var sampler = sampler()
        let none = sampler.reading(at: first)
        #expect(none == nil)
        let reading = sampler.reading(at: second)
        return try #require(reading)
    }

    private func statistics(_ text: String) -> CPUStatistics {
        var text = ProcText(text)
        return CPUStatistics(&text)
    }

    @Test("processors: time in each mode, shares, and each core")
    func processors() throws {
        let reading = try reading(
            snapshot(0) { $0.cpu = statistics("cpu 0 0 0 0\ncpu0 0 0 0 0\ncpu1 0 0 0 0\nprocesses 10\n") },
            snapshot(10) {
                $0.cpu = statistics("cpu 300 0 200 1500\ncpu0 250 0 200 550\ncpu1 50 0 0 950\nprocesses 60\n")
            })
        #expect(reading[HostSeries(.cpuTime, state: "user")]?.sum == 3)
        #expect(reading[HostSeries(.cpuUtilization, state: "user")]?.mean == 0.15)
        #expect(reading[HostSeries(.cpuUtilization)]?.mean == 0.25)
        #expect(reading[HostSeries(.cpuUtilization, "0")]?.mean == 0.45)
        #expect(reading[HostSeries(.cpuUtilization, "1")]?.mean == 0.05)
        #expect(reading[HostSeries(.processesCreated)]?.sum == 50)
        #expect(reading.end - reading.start == 10_000)
    }

    @Test(
        "a count that falls began anew, or went round at 32 bits",
        arguments: [
            (100, 400, 300), (400, 100, 100), (4_294_967_000, 704, 1_000),
            (4_294_967_000, 4_000_000_000, 4_000_000_000),
            (5_000_000_000, 704, 704), (3_000_000_000, 5, 5), (UInt64.max, 0, 0), (7, 7, 0),
        ] as [(UInt64, UInt64, UInt64)])
    func growth(before: UInt64, now: UInt64, expected: UInt64) {
        #expect(Growth.of(now, since: before) == expected)
    }

    @Test("an interface that is replaced by one of the same name counts from zero")
    func replacedInterface() throws {
        func network(_ index: UInt64, _ bytes: UInt64) -> NetworkStatistics {
            let counts = NetworkStatistics.Direction(bytes: bytes, packets: 1, errors: 0, dropped: 0)
            return NetworkStatistics(interface: "eth0", index: index, received: counts, transmitted: counts)
        }
        let same = try reading(
            snapshot(0) { $0.networks = [network(2, 1_000)] }, snapshot(10) { $0.networks = [network(2, 3_000)] })
        #expect(same[HostSeries(.networkIO, "eth0", state: "receive")]?.sum == 2_000)
        #expect(same[HostSeries(.networkIO, "eth0", state: "receive")]?.mean == 200)
        let replaced = try reading(
            snapshot(0) { $0.networks = [network(2, 1_000)] }, snapshot(10) { $0.networks = [network(5, 3_000)] })
        #expect(replaced[HostSeries(.networkIO, "eth0", state: "receive")]?.sum == 3_000)
        let new = try reading(snapshot(0), snapshot(10) { $0.networks = [network(5, 3_000)] })
        #expect(new[HostSeries(.networkIO, "eth0", state: "receive")] == nil)
    }

    @Test("a restart of the machine, a clock that stands or a long gap is a new beginning")
    func beginnings() {
        func at(_ clock: Double, uptime: String) -> HostSnapshot {
            snapshot(clock) {
                var text = ProcText(uptime)
                $0.uptime = Uptime(&text)
            }
        }
        var sampler = sampler()
        let snapshots = [
            at(100, uptime: "100 1"), at(100, uptime: "100 1"), at(110, uptime: "5 1"), at(120, uptime: "15 1"),
            at(421, uptime: "316 1"), at(721, uptime: "616 1"),
        ]
        let uptimes = snapshots.map { sampler.reading(at: $0)?[HostSeries(.uptime)]?.last }
        #expect(uptimes == [nil, nil, nil, 15, nil, 616])
    }

    @Test("memory, file systems and pressure")
    func levels() throws {
        func some(_ microseconds: UInt64) -> Pressure? {
            var text = ProcText("some total=\(microseconds)\nfull total=\(microseconds)\n")
            return Pressure(&text)
        }
        let reading = try reading(
            snapshot(0) { $0.pressure[.io] = some(1_000_000) },
            snapshot(10) {
                var memory = ProcText("MemTotal: 1000 kB\nMemAvailable: 250 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
                $0.memory = MemoryInformation(&memory)
                $0.fileSystems = [
                    FileSystemSpace(point: "/", used: 600, free: 200, reserved: 50, inodes: 100, freeInodes: 40),
                    FileSystemSpace(point: "/boot", used: 1, free: 1, reserved: 0, inodes: 0, freeInodes: 0),
                ]
                $0.pressure[.io] = some(3_000_000)
            })
        #expect(reading[HostSeries(.memoryUtilization, state: "used")]?.mean == 0.75)
        #expect(reading[HostSeries(.pagingUtilization, state: "used")] == nil)
        #expect(reading[HostSeries(.filesystemUtilization, "/", state: "used")]?.mean == 0.75)
        #expect(reading[HostSeries(.inodeUtilization, "/", state: "used")]?.mean == 0.6)
        #expect(reading[HostSeries(.inodeUtilization, "/boot", state: "used")] == nil)
        #expect(reading[HostSeries(.pressure, "io", state: "some")]?.mean == 0.2)
    }

    @Test("a container's limits, use and throttling")
    func container() throws {
        func group(_ usage: UInt64, _ periods: UInt64, _ throttled: UInt64) -> CgroupStatistics {
            var group = CgroupStatistics()
            group.memoryLimit = 1_000
            group.memoryUsage = 900
            group.outOfMemoryKills = throttled
            var quota = ProcText("50000 100000")
            group.quota = CPUQuota(maximum: &quota)
            var text = ProcText("usage_usec \(usage)\nnr_periods \(periods)\nnr_throttled \(throttled)\n")
            group.throttling = CPUThrottling(&text)
            return group
        }
        let reading = try reading(
            snapshot(0) { $0.cgroup = group(0, 100, 4) }, snapshot(10) { $0.cgroup = group(4_000_000, 200, 29) })
        #expect(reading[HostSeries(.containerMemoryUtilization)]?.mean == 0.9)
        #expect(reading[HostSeries(.containerCPULimit)]?.mean == 0.5)
        #expect(reading[HostSeries(.containerCPUUsage)]?.mean == 0.4)
        #expect(reading[HostSeries(.containerCPUThrottled)]?.mean == 0.25)
        #expect(reading[HostSeries(.containerOutOfMemoryKills)]?.sum == 25)
    }

    @Test("programs are found from shares of the processes, once all have been looked at twice")
    func shares() throws {
        func table(_ processes: [(Int32, String, UInt64)]) throws -> ProcessTable {
            var table = ProcessTable()
            for (number, name, ticks) in processes {
                let line =
                    "\(number) (\(name)) S 1 1 1 0 -1 0 0 0 0 0 \(ticks) 0 0 0 20 0 1 0 \(number) 0 10 0 0 0"
                table.add(number, try #require(ProcessStatistics(ArraySlice(line.utf8))))
            }
            return table
        }
        var sampler = HostSampler(ticksPerSecond: 100, pageBytes: 4_096)
        var found: [Int: HostReading] = [:]
        for round in 0..<3 {
            for index in 0..<2 {
                // The even ones use 100 ticks in a round of 20 s, the odd ones 200.
                let used = UInt64(round * 100 * (index + 1))
                let processes = try table([(2 + Int32(index), "web", used), (4 + Int32(index), "db\(index)", used)])
                let second = round * 20 + index * 10
                let reading = sampler.reading(
                    at: snapshot(Double(second)) {
                        $0.processes = processes
                        $0.processShare = ProcessShare(index, of: 2)
                    })
                found[second] = reading
            }
        }
        let used = found.mapValues { reading in
            reading.values.filter { $0.key.metric == .processCPUUtilization }.map { ($0.key.subject, $0.value.mean) }
        }
        for second in [10, 20, 40] { #expect(used[second]?.isEmpty == true, "\(second)") }
        for second in [30, 50] {
            let use = Dictionary(try #require(used[second]), uniquingKeysWith: { $1 })
            #expect(use == ["web": 0.15, "db0": 0.05, "db1": 0.1])
            let memory = try #require(found[second]?[HostSeries(.processMemoryUsage, "web")])
            #expect(memory.mean == 2 * 10 * 4_096 && memory.seconds == 20)
        }
    }

    @Test("after a look at all processes, those of the first round are known at its end")
    func programsOfFirstRound() throws {
        func table(_ numbers: [Int32], ticks: UInt64) throws -> ProcessTable {
            var table = ProcessTable()
            for number in numbers {
                let line = "\(number) (db) S 1 1 1 0 -1 0 0 0 0 0 \(ticks) 0 0 0 20 0 1 0 \(number) 0 10 0 0 0"
                table.add(number, try #require(ProcessStatistics(ArraySlice(line.utf8))))
            }
            return table
        }
        var sampler = HostSampler(ticksPerSecond: 100, pageBytes: 4_096)
        let (all, even, odd) = (
            try table([2, 3], ticks: 0), try table([2], ticks: 100), try table([3], ticks: 200)
        )
        #expect(sampler.reading(at: snapshot(0) { $0.processes = all }) == nil)
        let first = sampler.reading(
            at: snapshot(10) {
                $0.processes = even
                $0.processShare = ProcessShare(0, of: 2)
            })
        #expect(first?[HostSeries(.processCPUUtilization, "db")] == nil)
        let second = sampler.reading(
            at: snapshot(20) {
                $0.processes = odd
                $0.processShare = ProcessShare(1, of: 2)
            })
        // 100 ticks in 10 s, and 200 in 20.
        let use = try #require(second?[HostSeries(.processCPUUtilization, "db")])
        #expect(abs(use.mean - 0.2) < 1e-9)
    }

    @Test("processes may be looked at less often than the rest")
    func processes() throws {
        func table(_ ticks: UInt64) throws -> ProcessTable {
            let line = "5 (db) S 1 5 5 0 -1 4194304 0 0 0 0 \(ticks) 0 0 0 20 0 1 0 9 0 100 0\n"
            var table = ProcessTable()
            table.add(5, try #require(ProcessStatistics(ArraySlice(line.utf8))))
            return table
        }
        let tables = [try table(1_000), try table(4_000)]
        var sampler = sampler()
        let first = sampler.reading(at: snapshot(0) { $0.processes = tables[0] })
        #expect(first == nil)
        let between = sampler.reading(at: snapshot(10))
        #expect(between?[HostSeries(.processCPUUtilization, "db")] == nil)
        let last = sampler.reading(at: snapshot(20) { $0.processes = tables[1] })
        #expect(last?[HostSeries(.processCPUUtilization, "db")]?.mean == 1.5)
        #expect(last?[HostSeries(.processCPUUtilization, "db")]?.seconds == 20)
        #expect(last?[HostSeries(.processMemoryUsage, "db")]?.mean == 409_600)
    }
}

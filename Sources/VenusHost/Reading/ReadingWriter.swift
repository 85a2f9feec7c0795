import VenusCore

/// Writes what two snapshots tell into a reading.
struct ReadingWriter {
    var reading: HostReading
    let seconds: Double

    mutating func add(_ metric: HostMetric, _ subject: String = "", state: String = "", value: Double?) {
        if let value { reading.add(HostSeries(metric, subject, state: state), value, seconds: seconds) }
    }

    /// A level in whole numbers.
    mutating func add(_ metric: HostMetric, _ subject: String = "", state: String = "", level: UInt64?) {
        add(metric, subject, state: state, value: level.map { Double($0) })
    }

    /// What a count grew by in each second.
    mutating func add(_ metric: HostMetric, _ subject: String = "", state: String = "", growth: Double?) {
        add(metric, subject, state: state, value: growth.map { $0 / seconds })
    }

    mutating func addProcessors(_ now: HostSnapshot, since before: HostSnapshot, ticksPerSecond: Double) {
        if let total = now.cpu?.total, let previous = before.cpu?.total {
            let times = total.since(previous)
            for mode in CPUTimes.Mode.allCases {
                add(.cpuTime, state: mode.name, growth: Double(times[mode]) / ticksPerSecond)
                add(.cpuUtilization, state: mode.name, value: times.share(of: mode))
            }
            add(.cpuUtilization, value: times.busyShare)
        }
        for (number, times) in now.cpu?.cores ?? [:] {
            if let previous = before.cpu?.cores[number] {
                add(.cpuUtilization, "\(number)", value: times.since(previous).busyShare)
            }
        }
        if let cpu = now.cpu {
            if !cpu.cores.isEmpty { add(.logicalCPUs, level: UInt64(cpu.cores.count)) }
            add(.processes, state: "running", level: cpu.running)
            add(.processes, state: "blocked", level: cpu.blocked)
            add(.processesCreated, growth: Growth.of(cpu.processesCreated, since: before.cpu?.processesCreated))
        }
        add(.loadAverage1m, value: now.load?.oneMinute)
        add(.loadAverage5m, value: now.load?.fiveMinutes)
        add(.loadAverage15m, value: now.load?.fifteenMinutes)
        add(.uptime, value: now.uptime?.seconds)
    }

    mutating func addMemory(_ now: HostSnapshot, since before: HostSnapshot) {
        if let memory = now.memory {
            add(.memoryLimit, level: memory.total)
            add(.memoryAvailable, level: memory.available)
            add(.memoryUsage, state: "used", level: memory.used)
            add(.memoryUsage, state: "free", level: memory.free)
            add(.memoryUsage, state: "cached", level: memory.cached)
            add(.memoryUsage, state: "buffers", level: memory.buffers)
            add(.memoryUtilization, state: "used", value: Self.share(memory.used, of: memory.total))
            if let total = memory.swapTotal, let free = memory.swapFree {
                let used = total >= free ? total - free : 0
                add(.pagingUsage, state: "used", level: used)
                add(.pagingUsage, state: "free", level: free)
                add(.pagingUtilization, state: "used", value: Self.share(used, of: total))
            }
        }
        if let paging = now.virtualMemory {
            let previous = before.virtualMemory
            add(.pagingOperations, state: "in", growth: Growth.of(paging.swappedIn, since: previous?.swappedIn))
            add(.pagingOperations, state: "out", growth: Growth.of(paging.swappedOut, since: previous?.swappedOut))
            add(.pagingFaults, state: "major", growth: Growth.of(paging.majorFaults, since: previous?.majorFaults))
            add(.outOfMemoryKills, growth: Growth.of(paging.outOfMemoryKills, since: previous?.outOfMemoryKills))
        }
    }

    static func share(_ part: UInt64?, of whole: UInt64?) -> Double? {
        guard let part, let whole, whole > 0 else { return nil }
        return Double(part) / Double(whole)
    }
}

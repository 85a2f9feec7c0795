import VenusCore

extension ReadingWriter {
    mutating func addPressure(_ now: HostSnapshot, since before: HostSnapshot) {
        add(.pressure, now.pressure, since: before.pressure)
    }

    mutating func addContainer(_ now: HostSnapshot, since before: HostSnapshot) {
        guard let group = now.cgroup else { return }
        add(.containerMemoryLimit, level: group.memoryLimit)
        add(.containerMemoryUsage, level: group.memoryUsage)
        add(.containerMemoryUtilization, value: Self.share(group.memoryUsage, of: group.memoryLimit))
        add(.containerCPULimit, value: group.quota?.cpus)
        guard let previous = before.cgroup else { return }
        add(
            .containerOutOfMemoryKills, growth: Growth.of(group.outOfMemoryKills, since: previous.outOfMemoryKills))
        if let throttling = group.throttling, let old = previous.throttling {
            add(.containerCPUUsage, growth: Growth.of(throttling.usage, since: old.usage).map { $0 / 1e6 })
            if let periods = Growth.of(throttling.periods, since: old.periods), periods > 0,
                let throttled = Growth.of(throttling.throttledPeriods, since: old.throttledPeriods)
            {
                add(.containerCPUThrottled, value: min(1, throttled / periods))
            }
        }
        add(.containerPressure, group.pressure, since: previous.pressure)
    }

    /// The share of the time in which work waited, exactly: the kernel's own averages are of other times.
    private mutating func add(
        _ metric: HostMetric, _ now: [Pressure.Resource: Pressure], since before: [Pressure.Resource: Pressure]
    ) {
        for (resource, pressure) in now {
            guard let old = before[resource] else { continue }
            let waits = [
                ("some", Growth.of(pressure.some, since: old.some)),
                ("full", Growth.of(pressure.full, since: old.full)),
            ]
            for (state, microseconds) in waits {
                // The kernel books a wait that goes on a little before or after.
                add(metric, resource.rawValue, state: state, value: microseconds.map { min(1, $0 / 1e6 / seconds) })
            }
        }
    }
}

extension HostMetric {
    /// Whether a limit on the metric is held against each part of a host by itself: each file system, device,
    /// interface, resource or program. Processors are judged together.
    public var isJudgedByPart: Bool { subjectAttribute != nil && self != .cpuUtilization }

    /// Which of the states of the metric a limit is held against; `nil`: what they add up to, as bytes that are read
    /// and written do.
    public var judgedState: String? {
        switch self {
        case .cpuUtilization: ""
        case .memoryUsage, .memoryUtilization, .pagingUsage, .pagingUtilization, .filesystemUsage,
            .filesystemUtilization, .inodeUsage, .inodeUtilization:
            "used"
        case .pressure, .containerPressure: "some"
        case .cpuTime, .loadAverage1m, .loadAverage5m, .loadAverage15m, .logicalCPUs, .memoryLimit, .memoryAvailable,
            .outOfMemoryKills, .pagingOperations, .pagingFaults, .diskIO, .diskOperations, .diskIOTime,
            .diskOperationTime, .networkIO, .networkPackets, .networkErrors, .networkDropped, .uptime, .processes,
            .processesCreated, .containerCPUUsage, .containerCPULimit, .containerCPUThrottled, .containerMemoryUsage,
            .containerMemoryLimit, .containerMemoryUtilization, .containerOutOfMemoryKills, .processCPUUtilization,
            .processMemoryUsage:
            nil
        }
    }

    /// Whether the series is one that a limit on its metric is held against.
    func judges(_ series: borrowing HostSeries) -> Bool {
        (judgedState.map { $0 == series.state } ?? true) && (isJudgedByPart || series.subject.isEmpty)
    }
}

/// What a limit on a host's metric is held against: the metric, and of which part of the host.
public struct JudgedPart: Sendable, Hashable {
    public var metric: HostMetric
    /// ``HostSeries/subject``; empty: the whole host.
    public var part: String

    public init(_ metric: HostMetric, _ part: String = "") {
        self.metric = metric
        self.part = part
    }
}

extension HostReading {
    /// What limits on these metrics are held against: means over the reading's time, in the metric's unit, of counters
    /// per second. What is beyond any number is left out.
    public func judged(_ metrics: Set<HostMetric>) -> [JudgedPart: (value: Double, seconds: Double)] {
        var found: [JudgedPart: (value: Double, seconds: Double)] = [:]
        for (series, totals) in values where metrics.contains(series.metric) && series.metric.judges(series) {
            let part = JudgedPart(series.metric, series.subject)
            let before = found[part]
            found[part] = ((before?.value ?? 0) + totals.mean, max(before?.seconds ?? 0, totals.seconds))
        }
        return found.filter { $0.value.value.isFinite }
    }
}

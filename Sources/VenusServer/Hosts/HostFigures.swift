import VenusCore

/// What tells at a glance how a host fares; `nil`: it does not say.
struct HostFigures: Sendable, Hashable {
    /// Of all processors, 0 to 1.
    var cpuUtilization: Double?
    var loadAverage: Double?
    var processors: Double?
    var memoryUtilization: Double?
    var pagingUtilization: Double?
    /// Of the fullest file system.
    var filesystemUtilization: Double?
    var filesystem: String?
    /// Bytes a second, of all devices together.
    var diskRead: Double?
    var diskWrite: Double?
    var networkReceive: Double?
    var networkTransmit: Double?
    /// The share of the time in which some work waited.
    var cpuPressure: Double?
    var memoryPressure: Double?
    var ioPressure: Double?
    /// Of the control group that the agent is in.
    var cpuThrottled: Double?
    var containerMemoryUtilization: Double?
    /// Seconds.
    var uptime: Double?

    init(_ reading: HostReading?) {
        guard let reading else { return }
        func value(_ metric: HostMetric, _ subject: String = "", state: String = "") -> Double? {
            reading[HostSeries(metric, subject, state: state)]?.mean
        }
        cpuUtilization = value(.cpuUtilization)
        loadAverage = value(.loadAverage1m)
        processors = value(.logicalCPUs)
        memoryUtilization = value(.memoryUtilization, state: "used")
        pagingUtilization = value(.pagingUtilization, state: "used")
        cpuPressure = value(.pressure, "cpu", state: "some")
        memoryPressure = value(.pressure, "memory", state: "some")
        ioPressure = value(.pressure, "io", state: "some")
        cpuThrottled = value(.containerCPUThrottled)
        containerMemoryUtilization = value(.containerMemoryUtilization)
        uptime = reading[HostSeries(.uptime)]?.last
        for (series, totals) in reading.values {
            switch (series.metric, series.state) {
            case (.diskIO, "read"): diskRead = (diskRead ?? 0) + totals.mean
            case (.diskIO, "write"): diskWrite = (diskWrite ?? 0) + totals.mean
            case (.networkIO, "receive"): networkReceive = (networkReceive ?? 0) + totals.mean
            case (.networkIO, "transmit"): networkTransmit = (networkTransmit ?? 0) + totals.mean
            case (.filesystemUtilization, "used"):
                // Of two that are as full, always the same.
                let isFuller = (totals.last, filesystem ?? "") > (filesystemUtilization ?? -1, series.subject)
                if isFuller { (filesystemUtilization, filesystem) = (totals.last, series.subject) }
            default: continue
            }
        }
    }
}

extension HostFigures: JSONWritable {
    func write(to writer: inout JSONWriter) {
        let rates: [(StaticString, Double?)] = [
            ("container_memory_utilization", containerMemoryUtilization), ("cpu_pressure", cpuPressure),
            ("cpu_throttled", cpuThrottled), ("cpu_utilization", cpuUtilization),
        ]
        writer.object { writer in
            for (name, value) in rates { Self.write(name, value, to: &writer) }
            Self.write("disk_read_bytes_per_second", diskRead, to: &writer)
            Self.write("disk_write_bytes_per_second", diskWrite, to: &writer)
            writer.name("filesystem")
            writer.value(filesystem)
            Self.write("filesystem_utilization", filesystemUtilization, to: &writer)
            Self.write("io_pressure", ioPressure, to: &writer)
            Self.write("load_average", loadAverage, to: &writer)
            Self.write("memory_pressure", memoryPressure, to: &writer)
            Self.write("memory_utilization", memoryUtilization, to: &writer)
            Self.write("network_receive_bytes_per_second", networkReceive, to: &writer)
            Self.write("network_transmit_bytes_per_second", networkTransmit, to: &writer)
            Self.write("paging_utilization", pagingUtilization, to: &writer)
            Self.write("processors", processors, to: &writer)
            Self.write("uptime_seconds", uptime, to: &writer)
        }
    }

    private static func write(_ name: StaticString, _ value: Double?, to writer: inout JSONWriter) {
        writer.name(name)
        writer.value(value, significantDigits: 6)
    }
}

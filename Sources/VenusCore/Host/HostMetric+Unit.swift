extension HostMetric {
    /// How a value comes about.
    public enum Kind: Sendable, Hashable {
        /// What was there at the reading, or a share of the time before it.
        case gauge
        /// What a count of the system's, which may begin anew, grew by: values are growth per second, a sum is the
        /// growth.
        case counter
    }

    public var kind: Kind {
        switch self {
        case .cpuTime, .outOfMemoryKills, .pagingOperations, .pagingFaults, .diskIO, .diskOperations, .diskIOTime,
            .diskOperationTime, .networkIO, .networkPackets, .networkErrors, .networkDropped, .processesCreated,
            .containerOutOfMemoryKills:
            .counter
        case .cpuUtilization, .loadAverage1m, .loadAverage5m, .loadAverage15m, .logicalCPUs, .memoryUsage, .memoryLimit,
            .memoryUtilization, .memoryAvailable, .pagingUsage, .pagingUtilization, .filesystemUsage,
            .filesystemUtilization, .inodeUsage, .inodeUtilization, .pressure, .uptime, .processes, .containerCPUUsage,
            .containerCPULimit, .containerCPUThrottled, .containerMemoryUsage, .containerMemoryLimit,
            .containerMemoryUtilization, .containerPressure, .processCPUUtilization, .processMemoryUsage:
            .gauge
        }
    }

    /// The unit (UCUM) of a gauge's values and of a counter's sum; `1` is a fraction.
    public var unit: String {
        switch self {
        case .cpuUtilization, .memoryUtilization, .pagingUtilization, .filesystemUtilization, .inodeUtilization,
            .pressure, .containerCPUThrottled, .containerMemoryUtilization, .containerPressure:
            "1"
        case .loadAverage1m, .loadAverage5m, .loadAverage15m: "{thread}"
        case .logicalCPUs, .containerCPUUsage, .containerCPULimit, .processCPUUtilization: "{cpu}"
        case .memoryUsage, .memoryLimit, .memoryAvailable, .pagingUsage, .filesystemUsage, .diskIO, .networkIO,
            .containerMemoryUsage, .containerMemoryLimit, .processMemoryUsage:
            "By"
        case .cpuTime, .diskIOTime, .diskOperationTime, .uptime: "s"
        case .outOfMemoryKills, .containerOutOfMemoryKills: "{kill}"
        case .pagingOperations, .diskOperations: "{operation}"
        case .pagingFaults: "{fault}"
        case .inodeUsage: "{inode}"
        case .networkPackets, .networkDropped: "{packet}"
        case .networkErrors: "{error}"
        case .processes, .processesCreated: "{process}"
        }
    }

    /// The attribute that a series' subject is the value of: which core, device, mount point, interface,
    /// resource or program.
    public var subjectAttribute: String? {
        switch self {
        case .cpuUtilization: "cpu.logical_number"
        case .filesystemUsage, .filesystemUtilization, .inodeUsage, .inodeUtilization: "system.filesystem.mountpoint"
        case .diskIO, .diskOperations, .diskIOTime, .diskOperationTime: "system.device"
        case .networkIO, .networkPackets, .networkErrors, .networkDropped: "network.interface.name"
        case .pressure, .containerPressure: "resource"
        case .processCPUUtilization, .processMemoryUsage: "process.executable.name"
        case .cpuTime, .loadAverage1m, .loadAverage5m, .loadAverage15m, .logicalCPUs, .memoryUsage, .memoryLimit,
            .memoryUtilization, .memoryAvailable, .outOfMemoryKills, .pagingUsage, .pagingUtilization,
            .pagingOperations, .pagingFaults, .uptime, .processes, .processesCreated, .containerCPUUsage,
            .containerCPULimit, .containerCPUThrottled, .containerMemoryUsage, .containerMemoryLimit,
            .containerMemoryUtilization, .containerOutOfMemoryKills:
            nil
        }
    }

    /// The attribute that a series' state is the value of.
    public var stateAttribute: String? {
        switch self {
        case .cpuTime, .cpuUtilization: "cpu.mode"
        case .memoryUsage, .memoryUtilization: "system.memory.state"
        case .pagingUsage, .pagingUtilization: "system.paging.state"
        case .pagingOperations: "system.paging.direction"
        case .pagingFaults: "system.paging.type"
        case .filesystemUsage, .filesystemUtilization, .inodeUsage, .inodeUtilization: "system.filesystem.state"
        case .diskIO, .diskOperations, .diskOperationTime: "disk.io.direction"
        case .networkIO, .networkPackets, .networkErrors, .networkDropped: "network.io.direction"
        case .pressure, .containerPressure: "stalled"
        case .processes: "process.state"
        case .loadAverage1m, .loadAverage5m, .loadAverage15m, .logicalCPUs, .memoryLimit, .memoryAvailable,
            .outOfMemoryKills, .diskIOTime, .uptime, .processesCreated, .containerCPUUsage, .containerCPULimit,
            .containerCPUThrottled, .containerMemoryUsage, .containerMemoryLimit, .containerMemoryUtilization,
            .containerOutOfMemoryKills, .processCPUUtilization, .processMemoryUsage:
            nil
        }
    }
}

/// What is measured of a host: OpenTelemetry's names where it has one.
///
/// The raw value is its code in stored readings: codes are only ever added.
public enum HostMetric: UInt8, Sendable, Hashable, CaseIterable {
    case cpuUtilization = 1
    case loadAverage1m = 2
    case loadAverage5m = 3
    case loadAverage15m = 4
    case logicalCPUs = 5
    case memoryUsage = 6
    case memoryLimit = 7
    case memoryUtilization = 8
    case memoryAvailable = 9
    case outOfMemoryKills = 10
    case pagingUsage = 11
    case pagingUtilization = 12
    case pagingOperations = 13
    case pagingFaults = 14
    case filesystemUsage = 15
    case filesystemUtilization = 16
    case inodeUsage = 17
    case inodeUtilization = 18
    case diskIO = 19
    case diskOperations = 20
    case diskIOTime = 21
    case diskOperationTime = 22
    case networkIO = 23
    case networkPackets = 24
    case networkErrors = 25
    case networkDropped = 26
    case pressure = 27
    case uptime = 28
    case processes = 29
    case processesCreated = 30
    case containerCPUUsage = 31
    case containerCPULimit = 32
    case containerCPUThrottled = 33
    case containerMemoryUsage = 34
    case containerMemoryLimit = 35
    case containerMemoryUtilization = 36
    case containerPressure = 37
    case containerOutOfMemoryKills = 38
    case processCPUUtilization = 39
    case processMemoryUsage = 40
    case cpuTime = 41

    /// The name it has in API, alerts and exports. Names below `system.linux`, `system.cpu.load_average`,
    /// `system.filesystem.inodes` and of a container's limits, throttling and pressure are not in OpenTelemetry's
    /// conventions (1.44).
    public var name: String {
        switch self {
        case .cpuUtilization: "system.cpu.utilization"
        case .loadAverage1m: "system.cpu.load_average.1m"
        case .loadAverage5m: "system.cpu.load_average.5m"
        case .loadAverage15m: "system.cpu.load_average.15m"
        case .logicalCPUs: "system.cpu.logical.count"
        case .memoryUsage: "system.memory.usage"
        case .memoryLimit: "system.memory.limit"
        case .memoryUtilization: "system.memory.utilization"
        case .memoryAvailable: "system.linux.memory.available"
        case .outOfMemoryKills: "system.linux.memory.oom_kills"
        case .pagingUsage: "system.paging.usage"
        case .pagingUtilization: "system.paging.utilization"
        case .pagingOperations: "system.paging.operations"
        case .pagingFaults: "system.paging.faults"
        case .filesystemUsage: "system.filesystem.usage"
        case .filesystemUtilization: "system.filesystem.utilization"
        case .inodeUsage: "system.filesystem.inodes.usage"
        case .inodeUtilization: "system.filesystem.inodes.utilization"
        case .diskIO: "system.disk.io"
        case .diskOperations: "system.disk.operations"
        case .diskIOTime: "system.disk.io_time"
        case .diskOperationTime: "system.disk.operation_time"
        case .networkIO: "system.network.io"
        case .networkPackets: "system.network.packet.count"
        case .networkErrors: "system.network.errors"
        case .networkDropped: "system.network.packet.dropped"
        case .pressure: "system.linux.pressure"
        case .uptime: "system.uptime"
        case .processes: "system.process.count"
        case .processesCreated: "system.process.created"
        case .containerCPUUsage: "container.cpu.usage"
        case .containerCPULimit: "container.cpu.limit"
        case .containerCPUThrottled: "container.cpu.throttled"
        case .containerMemoryUsage: "container.memory.usage"
        case .containerMemoryLimit: "container.memory.limit"
        case .containerMemoryUtilization: "container.memory.utilization"
        case .containerPressure: "container.pressure"
        case .containerOutOfMemoryKills: "container.memory.oom_kills"
        case .processCPUUtilization: "process.cpu.utilization"
        case .processMemoryUsage: "process.memory.usage"
        case .cpuTime: "system.cpu.time"
        }
    }

    private static let byName = Dictionary(allCases.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    public init?(name: String) {
        guard let metric = Self.byName[name] else { return nil }
        self = metric
    }
}

/// All that was found at one moment, counts as the system has them. What is missing was not there.
package struct HostSnapshot: Sendable {
    /// Milliseconds since the epoch.
    package var at: Int64
    /// Seconds on a clock that is never set, and goes on in the machine's sleep.
    package var clock: Double
    package var cpu: CPUStatistics?
    package var load: LoadAverage?
    package var memory: MemoryInformation?
    package var virtualMemory: VirtualMemoryStatistics?
    package var disks: [DiskStatistics] = []
    package var networks: [NetworkStatistics] = []
    package var fileSystems: [FileSystemSpace] = []
    package var pressure: [Pressure.Resource: Pressure] = [:]
    package var uptime: Uptime?
    package var cgroup: CgroupStatistics?
    /// Not in every snapshot.
    package var processes: ProcessTable?
    /// Which of them those are.
    package var processShare = ProcessShare.all
    package var garbledLines: UInt64 = 0

    package init(at: Int64, clock: Double) {
        self.at = at
        self.clock = clock
    }
}

import Glibc
package import VenusCore

/// Reads a machine's metrics. For one thread at a time.
///
/// Nothing that is missing or odd below `/proc` and `/sys` is an error: there is less in the reading then.
package struct HostReader: ~Copyable {
    private let files: SystemFiles
    /// A folder of a process shows the mounts and interfaces that it sees. Of another root's that is the first process,
    /// since `self` is in the container.
    private let ownProcess: String
    private let cgroup: CgroupReader?
    private let inclusions: HostInclusions
    private let time: @Sendable () -> HostTime
    private var sampler: HostSampler

    /// - Parameters:
    ///   - root: where the machine's root is seen, such as `/host` in a container; `/` for this one's own.
    ///   - isOwn: whether the agent's process is below it too, by default where it is `/`. Control groups are those of
    ///     that process.
    ///   - inclusions: what is read besides what is read anyway.
    package init(
        root: String = "/", isOwn: Bool? = nil, including inclusions: HostInclusions = HostInclusions(),
        time: @escaping @Sendable () -> HostTime = { .now }
    ) {
        let files = SystemFiles(root: root)
        let isOwn = isOwn ?? files.root.isEmpty
        let folders: CgroupFolders? =
            if isOwn, let membership = files.read("/proc/self/cgroup", { CgroupMembership(&$0) }) {
                CgroupFolders(membership, mounts: files.read("/proc/self/mountinfo") { Mount.visible(&$0) } ?? [])
            } else {
                nil
            }
        self.files = files
        ownProcess = isOwn ? "/proc/self" : "/proc/1"
        cgroup = folders.map { CgroupReader(folders: $0) }
        self.inclusions = inclusions
        self.time = time
        sampler = HostSampler(
            ticksPerSecond: max(1, Double(sysconf(Int32(_SC_CLK_TCK)))),
            pageBytes: UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))))
    }

    /// What there was since the last reading.
    ///
    /// - Parameter processes: which of the processes to look at.
    /// - Returns: `nil` the first time, and where the last is too long ago to say anything about now.
    package mutating func read(processes: ProcessShare?) -> HostReading? {
        let snapshot = snapshot(processes: processes)
        return sampler.reading(at: snapshot)
    }

    package func snapshot(processes share: ProcessShare?) -> HostSnapshot {
        let time = time()
        var snapshot = HostSnapshot(at: time.at, clock: time.clock)
        snapshot.cpu = files.read("/proc/stat") { CPUStatistics(&$0) }
        snapshot.load = files.read("/proc/loadavg") { LoadAverage(&$0) } ?? nil
        snapshot.memory = files.read("/proc/meminfo") { MemoryInformation(&$0) }
        snapshot.virtualMemory = files.read("/proc/vmstat") { VirtualMemoryStatistics(&$0) }
        snapshot.uptime = files.read("/proc/uptime") { Uptime(&$0) } ?? nil
        snapshot.disks = files.read("/proc/diskstats") { DiskStatistics.all(&$0) } ?? []
        snapshot.networks = networks()
        snapshot.fileSystems = fileSystems()
        for resource in Pressure.Resource.allCases {
            snapshot.pressure[resource] = files.read("/proc/pressure/\(resource.rawValue)") { Pressure(&$0) } ?? nil
        }
        snapshot.cgroup = cgroup?.read(files)
        if let share { (snapshot.processes, snapshot.processShare) = (processes(share), share) }
        snapshot.garbledLines = files.takeGarbledLines()
        return snapshot
    }

    private func networks() -> [NetworkStatistics] {
        var networks = files.read(ownProcess + "/net/dev") { NetworkStatistics.all(&$0, including: inclusions) } ?? []
        for place in networks.indices {
            networks[place].index =
                files.read("/sys/class/net/\(networks[place].interface)/ifindex") { CgroupStatistics.number(&$0) }
                ?? nil
        }
        return networks
    }

    private func fileSystems() -> [FileSystemSpace] {
        let mounts = files.read(ownProcess + "/mountinfo") { Mount.visible(&$0) } ?? []
        return Mount.fileSystems(mounts, including: inclusions).compactMap { FileSystemSpace($0, root: files.root) }
    }

    private func processes(_ share: ProcessShare) -> ProcessTable? {
        guard let folder = opendir(files.root + "/proc") else { return nil }
        defer { closedir(folder) }
        let descriptor = dirfd(folder)
        var table = ProcessTable()
        while let entry = Glibc.readdir(folder) {
            guard let number = Self.processNumber(entry), share.has(number) else { continue }
            if table.isFull {
                table.leaveOut()
                continue
            }
            let statistics = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 24) { name -> ProcessStatistics? in
                // At most ten digits, and the end of the text with its zero.
                let text = "\(number)/stat"
                for (place, byte) in text.utf8.enumerated() { name[place] = CChar(bitPattern: byte) }
                name[text.utf8.count] = 0
                guard let start = UnsafePointer(name.baseAddress) else { return nil }
                return files.read(start, in: descriptor) { ProcessStatistics($0) } ?? nil
            }
            if let statistics { table.add(number, statistics) }
        }
        return table
    }

    /// The number that an entry's name is, if it is one.
    private static func processNumber(_ entry: UnsafeMutablePointer<dirent>) -> Int32? {
        withUnsafeBytes(of: &entry.pointee.d_name) { name in
            let digits = name.prefix { $0 != 0 }
            guard let first = digits.first, first >= 0x30, first <= 0x39 else { return nil }
            return ProcFields.number(ArraySlice(digits)).flatMap(Int32.init(exactly:))
        }
    }
}

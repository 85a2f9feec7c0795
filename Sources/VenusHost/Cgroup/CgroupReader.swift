/// Reads the files of the control groups that the agent itself is in.
package struct CgroupReader {
    private let folders: CgroupFolders

    package init(folders: CgroupFolders) { self.folders = folders }

    /// `nil` where no group is limited, and the machine's own is the outermost: then there is nothing that the
    /// machine's metrics do not tell.
    package func read(_ files: borrowing SystemFiles) -> CgroupStatistics? {
        var statistics = CgroupStatistics()
        let isVersionTwo = folders.version == .two
        var memoryFolder: String?
        for folder in folders.memory {
            let limit = files.read(folder + (isVersionTwo ? "/memory.max" : "/memory.limit_in_bytes")) {
                CgroupStatistics.limit(&$0)
            }
            if let limit = limit ?? nil, limit < statistics.memoryLimit ?? .max {
                statistics.memoryLimit = limit
                memoryFolder = folder
            }
        }
        var quotaFolder: String?
        for folder in folders.cpu {
            if let quota = quota(folder, files), quota.cpus < statistics.quota?.cpus ?? .infinity {
                statistics.quota = quota
                quotaFolder = folder
            }
        }
        // The outermost group has such a file in a container only: a machine's is not a group that can be limited.
        if isVersionTwo, let outermost = folders.memory.last, files.exists(outermost + "/memory.current") {
            memoryFolder = memoryFolder ?? outermost
            quotaFolder = quotaFolder ?? outermost
        }
        guard memoryFolder != nil || quotaFolder != nil else { return nil }
        if let memoryFolder { readMemory(memoryFolder, files, into: &statistics) }
        if let quotaFolder { readCPU(quotaFolder, files, into: &statistics) }
        if isVersionTwo, let folder = memoryFolder ?? quotaFolder {
            for resource in Pressure.Resource.allCases {
                statistics.pressure[resource] =
                    files.read("\(folder)/\(resource.rawValue).pressure") { Pressure(&$0) } ?? nil
            }
        }
        return statistics
    }

    private func quota(_ folder: String, _ files: borrowing SystemFiles) -> CPUQuota? {
        guard folders.version == .one else { return files.read(folder + "/cpu.max") { CPUQuota(maximum: &$0) } ?? nil }
        guard let period = files.read(folder + "/cpu.cfs_period_us", { CgroupStatistics.number(&$0) }) ?? nil else {
            return nil
        }
        var periodText = ProcText("\(period)")
        return files.read(folder + "/cpu.cfs_quota_us") { CPUQuota(quota: &$0, period: &periodText) } ?? nil
    }

    private func readMemory(_ folder: String, _ files: borrowing SystemFiles, into statistics: inout CgroupStatistics) {
        let isVersionTwo = folders.version == .two
        let usage = files.read(folder + (isVersionTwo ? "/memory.current" : "/memory.usage_in_bytes")) {
            CgroupStatistics.number(&$0)
        }
        let inactive = files.read(folder + "/memory.stat") {
            CgroupStatistics.number(named: isVersionTwo ? "inactive_file" : "total_inactive_file", &$0)
        }
        if let usage = usage ?? nil {
            let cache = (inactive ?? nil) ?? 0
            statistics.memoryUsage = usage > cache ? usage - cache : 0
        }
        statistics.outOfMemoryKills =
            files.read(folder + (isVersionTwo ? "/memory.events" : "/memory.oom_control")) {
                CgroupStatistics.number(named: "oom_kill", &$0)
            } ?? nil
    }

    private func readCPU(_ folder: String, _ files: borrowing SystemFiles, into statistics: inout CgroupStatistics) {
        statistics.throttling = files.read(folder + "/cpu.stat") { CPUThrottling(&$0) }
        guard folders.version == .one, let place = folders.cpu.firstIndex(of: folder),
            folders.accounting.indices.contains(place)
        else { return }
        let nanoseconds = files.read(folders.accounting[place] + "/cpuacct.usage") { CgroupStatistics.number(&$0) }
        if let nanoseconds = nanoseconds ?? nil { statistics.throttling?.usage = nanoseconds / 1_000 }
    }
}

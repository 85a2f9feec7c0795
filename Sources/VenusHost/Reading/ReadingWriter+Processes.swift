import VenusCore

extension ReadingWriter {
    /// The programs that used most, those of the same name together.
    ///
    /// - Parameter seconds: since the other table was made, which may be longer than the reading.
    mutating func addProcesses(
        _ now: ProcessTable, since before: ProcessTable, seconds: Double, ticksPerSecond: Double, pageBytes: UInt64
    ) {
        guard seconds > 0 else { return }
        for (name, ticks) in ProcessTable.highest(now.ticks(since: before)) {
            reading.add(
                HostSeries(.processCPUUtilization, name), Double(ticks) / ticksPerSecond / seconds, seconds: seconds)
        }
        for (name, pages) in ProcessTable.highest(now.residentPages) where pages > 0 {
            reading.add(HostSeries(.processMemoryUsage, name), Double(pages) * Double(pageBytes), seconds: seconds)
        }
    }
}

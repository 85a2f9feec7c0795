import VenusCore

extension ReadingWriter {
    /// The programs that used most, those of the same name together.
    mutating func addPrograms(_ use: ProgramUse.Totals, ticksPerSecond: Double, pageBytes: UInt64) {
        for (name, ticks) in ProcessTable.highest(use.ticks) {
            reading.add(HostSeries(.processCPUUtilization, name), ticks / ticksPerSecond, seconds: use.seconds)
        }
        for (name, pages) in ProcessTable.highest(use.pages) where pages > 0 {
            reading.add(
                HostSeries(.processMemoryUsage, name), Double(pages) * Double(pageBytes), seconds: use.seconds)
        }
    }
}

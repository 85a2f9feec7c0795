package import VenusCore

/// Makes readings of snapshots: remembers the last, since counts tell something only by how much they grew.
package struct HostSampler: Sendable {
    /// Seconds between two snapshots beyond which they are not compared: a machine that slept, or an agent that was
    /// stopped.
    package static let maximumSeconds = 300.0

    private let ticksPerSecond: Double
    private let pageBytes: UInt64
    private var last: HostSnapshot?
    private var programs = ProgramUse()

    package init(ticksPerSecond: Double, pageBytes: UInt64) {
        self.ticksPerSecond = ticksPerSecond
        self.pageBytes = pageBytes
    }

    /// - Returns: what there was between the last snapshot and this one; `nil` where they cannot be compared, as after
    ///   a restart of the machine.
    package mutating func reading(at now: HostSnapshot) -> HostReading? {
        let before = last
        last = now
        last?.processes = nil
        let isRestarted = now.uptime.map { now in before?.uptime.map { now.seconds < $0.seconds } ?? false } ?? false
        if isRestarted { programs = ProgramUse() }
        if let processes = now.processes { programs.take(processes, now.processShare, at: now.clock) }
        guard let before else { return nil }
        let seconds = now.clock - before.clock
        guard seconds > 0, seconds <= Self.maximumSeconds, !isRestarted else { return nil }
        // The wall clock may have been set meanwhile: the other one says how long it was.
        let start = now.at.subtractingReportingOverflow(Int64((seconds * 1_000).rounded()))
        var reading = HostReading(
            start: start.overflow ? now.at : start.partialValue, end: now.at, leftOut: now.processes?.leftOut ?? 0,
            garbledLines: now.garbledLines)
        var writer = ReadingWriter(reading: reading, seconds: seconds)
        writer.addProcessors(now, since: before, ticksPerSecond: ticksPerSecond)
        writer.addMemory(now, since: before)
        writer.addFileSystems(now)
        writer.addDisks(now, since: before)
        writer.addNetworks(now, since: before)
        writer.addPressure(now, since: before)
        writer.addContainer(now, since: before)
        // Once all have been looked at: the programs that use most are found among all of them.
        if now.processes != nil, now.processShare.isLast, let totals = programs.totals {
            writer.addPrograms(totals, ticksPerSecond: ticksPerSecond, pageBytes: pageBytes)
        }
        reading = writer.reading
        return reading
    }
}

extension KPITotals {
    /// Appends the form in which windows keep their cells in memory: shorter than what is stored, read by this process
    /// alone, and trusted.
    package func pack(into writer: inout ByteWriter) {
        var numbers = [
            success, clientError, serverError, transportError, unknown, cancelled, denied, estimated, tunnels,
            wouldBeDenied, linkLocal, bytesSent, bytesReceived,
        ]
        for phase in phases {
            numbers.append(phase.sum)
            numbers.append(phase.count)
        }
        // Most are zero: a bit for each says which are not.
        var filled: UInt64 = 0
        for (place, number) in numbers.enumerated() where number > 0 { filled |= 1 << UInt64(place) }
        if !statuses.isEmpty { filled |= Self.hasStatuses }
        writer.append(filled)
        for number in numbers where number > 0 { writer.append(number) }
        if !statuses.isEmpty { statuses.encode(into: &writer) }
        let histograms = (PackedHistogram(duration), PackedHistogram(ttfb))
        // Both heads before both bodies: who wants the extremes alone need not go through the buckets.
        histograms.0.appendHead(to: &writer)
        histograms.1.appendHead(to: &writer)
        histograms.0.appendBody(to: &writer)
        histograms.1.appendBody(to: &writer)
    }

    /// The bit that says that statuses follow the numbers.
    private static let hasStatuses: UInt64 = 1 << 63

    /// Shortest and longest of some times, in microseconds.
    package struct Extremes: Sendable, Hashable {
        package var minimum: UInt32
        package var maximum: UInt32

        fileprivate init?(_ head: PackedHistogram.Head) {
            guard head.filled > 0 else { return nil }
            minimum = head.minimum
            maximum = head.maximum
        }
    }

    /// Of what was packed the extremes of `duration` and `ttfb` alone; `nil` where there are no times.
    package static func extremes(
        packed reader: inout ByteReader
    ) throws(EncodingError) -> (duration: Extremes?, ttfb: Extremes?) {
        let filled = try reader.readNumber()
        for _ in 0..<(filled & ~hasStatuses).nonzeroBitCount { _ = try reader.readNumber() }
        if filled & hasStatuses != 0 { _ = try ErrorStatuses(from: &reader) }
        let duration = try PackedHistogram.Head(from: &reader)
        let ttfb = try PackedHistogram.Head(from: &reader)
        return (Extremes(duration), Extremes(ttfb))
    }

    /// Reads what was packed; without the histograms it stops before them.
    package init(packed reader: inout ByteReader, withHistograms: Bool) throws(EncodingError) {
        self.init()
        var filled = try reader.readNumber()
        let hasStatuses = filled & Self.hasStatuses != 0
        func next() throws(EncodingError) -> UInt64 {
            defer { filled >>= 1 }
            return filled & 1 == 0 ? 0 : try reader.readNumber()
        }
        success = try next()
        clientError = try next()
        serverError = try next()
        transportError = try next()
        unknown = try next()
        cancelled = try next()
        denied = try next()
        estimated = try next()
        tunnels = try next()
        wouldBeDenied = try next()
        linkLocal = try next()
        bytesSent = try next()
        bytesReceived = try next()
        for place in phases.indices {
            phases[place].sum = try next()
            phases[place].count = try next()
        }
        if hasStatuses { statuses = try ErrorStatuses(from: &reader) }
        guard withHistograms else { return }
        let heads = (try PackedHistogram.Head(from: &reader), try PackedHistogram.Head(from: &reader))
        duration = try LatencyHistogram(heads.0, packedBody: &reader)
        ttfb = try LatencyHistogram(heads.1, packedBody: &reader)
    }
}

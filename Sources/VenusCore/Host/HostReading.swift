/// What was measured of a host over a time: ten seconds, a minute of them, or a day. Readings of neighbouring times add
/// up.
public struct HostReading: Sendable, Hashable {
    /// Series in one reading, at most; what comes beyond is left out and counted.
    public static let maximumSeries = 4_096

    /// Milliseconds since the epoch.
    public private(set) var start: Int64
    /// Milliseconds since the epoch; never before ``start``.
    public private(set) var end: Int64
    public private(set) var values: [HostSeries: HostTotals] = [:]
    /// Values that had no place.
    public internal(set) var leftOut: UInt64
    /// Lines of the system's files that could not be read.
    public private(set) var garbledLines: UInt64

    public init(start: Int64, end: Int64, leftOut: UInt64 = 0, garbledLines: UInt64 = 0) {
        self.start = start
        self.end = max(start, end)
        self.leftOut = leftOut
        self.garbledLines = garbledLines
    }

    public subscript(series: HostSeries) -> HostTotals? { values[series] }

    /// Adds what was measured of a series.
    ///
    /// - Parameter isLater: whether it comes after what is there, so that its last value is the last of both.
    public mutating func add(_ series: HostSeries, _ totals: HostTotals, isLater: Bool = true) {
        if values[series]?.add(totals, isLater: isLater) != nil { return }
        guard values.count < Self.maximumSeries else {
            leftOut &+= 1
            return
        }
        values[series] = totals
    }

    /// The value held for so many seconds. What is no number is passed over.
    public mutating func add(_ series: HostSeries, _ value: Double, seconds: Double) {
        if let totals = HostTotals(value, seconds: seconds) { add(series, totals) }
    }

    /// Adds a neighbouring reading, earlier or later: then this one covers the time of both.
    public mutating func add(_ other: HostReading) {
        let isLater = other.end >= end
        start = min(start, other.start)
        end = max(end, other.end)
        leftOut &+= other.leftOut
        garbledLines &+= other.garbledLines
        // In order, so that it is always the same series that find no place.
        for (series, totals) in other.values.sorted(by: { $0.key < $1.key }) {
            add(series, totals, isLater: isLater)
        }
    }
}

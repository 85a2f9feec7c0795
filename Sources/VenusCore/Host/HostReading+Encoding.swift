/// The stored form: version, span, what was left out, and each series in order. A series is its metric's code, subject,
/// state, what it shares with the one before it, and its numbers. Metrics of newer versions are counted as left out
/// when read.
extension HostReading {
    private static let storedVersion: UInt8 = 1

    /// What a series does not repeat.
    private enum Shared {
        static let seconds: UInt8 = 1
        static let count: UInt8 = 2
        static let subject: UInt8 = 4
        /// Least, greatest and last value are one.
        static let value: UInt8 = 8
    }

    public var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.storedVersion)
        writer.append(signed: start)
        writer.append(signed: end)
        writer.append(leftOut)
        writer.append(garbledLines)
        writer.append(UInt64(values.count))
        var last: (subject: String, seconds: Double, count: UInt64) = ("", 0, 0)
        for (series, totals) in values.sorted(by: { $0.key < $1.key }) {
            var shared: UInt8 = 0
            if totals.seconds == last.seconds { shared |= Shared.seconds }
            if totals.count == last.count { shared |= Shared.count }
            if series.subject == last.subject { shared |= Shared.subject }
            if totals.minimum == totals.maximum { shared |= Shared.value }
            writer.append(byte: series.metric.rawValue)
            writer.append(byte: shared)
            if shared & Shared.subject == 0 { writer.append(series.subject) }
            writer.append(series.state)
            if shared & Shared.seconds == 0 { writer.append(totals.seconds) }
            if shared & Shared.count == 0 { writer.append(totals.count) }
            writer.append(totals.sum)
            writer.append(totals.last)
            if shared & Shared.value == 0 {
                writer.append(totals.minimum)
                writer.append(totals.maximum)
            }
            last = (series.subject, totals.seconds, totals.count)
        }
        return writer.bytes
    }

    public init(encoded bytes: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(bytes)
        try reader.readVersion(upTo: Self.storedVersion)
        let (start, end) = (try reader.readSigned(), try reader.readSigned())
        guard start <= end else { throw .corrupt }
        self.init(start: start, end: end, leftOut: try reader.readNumber(), garbledLines: try reader.readNumber())
        let count = try reader.read(Int.self)
        guard count <= Self.maximumSeries else { throw .corrupt }
        var last: (subject: String, seconds: Double, count: UInt64) = ("", 0, 0)
        for _ in 0..<count {
            let metric = HostMetric(rawValue: try reader.readByte())
            let shared = try reader.readByte()
            if shared & Shared.subject == 0 { last.subject = try reader.readString() }
            let state = try reader.readString()
            if shared & Shared.seconds == 0 { last.seconds = try reader.readFraction() }
            if shared & Shared.count == 0 { last.count = try reader.readNumber() }
            let (sum, latest) = (try reader.readFraction(), try reader.readFraction())
            let isOne = shared & Shared.value != 0
            let minimum = isOne ? latest : try reader.readFraction()
            let maximum = isOne ? latest : try reader.readFraction()
            guard
                let totals = HostTotals(
                    seconds: last.seconds, count: last.count, sum: sum, minimum: minimum, maximum: maximum, last: latest
                )
            else { throw .corrupt }
            if let metric { add(HostSeries(metric, last.subject, state: state), totals) } else { leftOut &+= 1 }
        }
    }
}

/// The last bytes of most numbers are zeros; turned round, they take no place.
extension ByteWriter {
    fileprivate mutating func append(_ number: Double) { append(number.bitPattern.byteSwapped) }
}

extension ByteReader {
    fileprivate mutating func readFraction() throws(EncodingError) -> Double {
        Double(bitPattern: try readNumber().byteSwapped)
    }
}

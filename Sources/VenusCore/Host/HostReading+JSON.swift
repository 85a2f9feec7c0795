/// `{"v":1,"start_ms","end_ms","left_out","garbled_lines","values":[{"metric","subject","state","seconds","count","sum","min",
/// "max","last"}]}`, the values in order.
extension HostReading: Codable {
    private static let version = 1

    private enum Key: String, CodingKey {
        case v, values
        case start = "start_ms"
        case end = "end_ms"
        case leftOut = "left_out"
        case garbledLines = "garbled_lines"
    }

    private struct Value: Codable {
        var metric: String
        var subject: String?
        var state: String?
        var seconds: Double
        var count: UInt64
        var sum: Double
        var min: Double
        var max: Double
        var last: Double
    }

    public func encode(to encoder: any Encoder) throws {
        var reading = encoder.container(keyedBy: Key.self)
        try reading.encode(Self.version, forKey: .v)
        try reading.encode(start, forKey: .start)
        try reading.encode(end, forKey: .end)
        try reading.encode(leftOut, forKey: .leftOut)
        try reading.encode(garbledLines, forKey: .garbledLines)
        var list = reading.nestedUnkeyedContainer(forKey: .values)
        for (series, totals) in values.sorted(by: { $0.key < $1.key }) {
            try list.encode(
                Value(
                    metric: series.metric.name, subject: series.subject.isEmpty ? nil : series.subject,
                    state: series.state.isEmpty ? nil : series.state, seconds: totals.seconds, count: totals.count,
                    sum: totals.sum, min: totals.minimum, max: totals.maximum, last: totals.last))
        }
    }

    /// Metrics that a newer version has added are left out, and counted as such.
    ///
    /// - Throws: `DecodingError` for what cannot be a reading, from whoever it came.
    public init(from decoder: any Decoder) throws {
        let reading = try decoder.container(keyedBy: Key.self)
        let version = try reading.decode(Int.self, forKey: .v)
        guard version == Self.version else {
            throw DecodingError.dataCorruptedError(
                forKey: .v, in: reading, debugDescription: "readings of version \(version) are not known here")
        }
        let start = try reading.decode(Int64.self, forKey: .start)
        let end = try reading.decode(Int64.self, forKey: .end)
        guard start <= end else {
            throw DecodingError.dataCorruptedError(forKey: .end, in: reading, debugDescription: "ends before it starts")
        }
        self.init(
            start: start, end: end, leftOut: try reading.decode(UInt64.self, forKey: .leftOut),
            garbledLines: try reading.decode(UInt64.self, forKey: .garbledLines))
        var list = try reading.nestedUnkeyedContainer(forKey: .values)
        while !list.isAtEnd {
            guard list.currentIndex < Self.maximumSeries else {
                throw DecodingError.dataCorruptedError(
                    in: list, debugDescription: "more than \(Self.maximumSeries) values")
            }
            let value = try list.decode(Value.self)
            guard
                let totals = HostTotals(
                    seconds: value.seconds, count: value.count, sum: value.sum, minimum: value.min, maximum: value.max,
                    last: value.last)
            else { throw DecodingError.dataCorruptedError(in: list, debugDescription: "values that cannot be") }
            if let metric = HostMetric(name: value.metric) {
                add(HostSeries(metric, value.subject ?? "", state: value.state ?? ""), totals)
            } else {
                leftOut &+= 1
            }
        }
    }
}

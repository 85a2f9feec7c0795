import VenusCore

extension HostHistory: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("from")
            writer.value(Timestamp.text(seconds: span.from))
            writer.name("host")
            writer.value(host)
            writer.name("is_complete")
            writer.value(isComplete)
            writer.name("range")
            writer.value(range?.rawValue)
            writer.name("series")
            writer.array(series) { writer, item in write(item.series, item.points, to: &writer) }
            writeTail(to: &writer)
        }
    }

    private func writeTail(to writer: inout JSONWriter) {
        writer.name("tier")
        writer.value(span.tier.name)
        writer.name("to")
        writer.value(Timestamp.text(seconds: max(min(span.end, span.now), span.from)))
    }

    private func write(_ series: HostSeries, _ points: [HostTotals?], to writer: inout JSONWriter) {
        writer.object { writer in
            HostSeriesOutput.writeAttributes(of: series, to: &writer)
            HostSeriesOutput.writeKind(of: series, to: &writer) { writer in
                writer.name("points")
                writer.array(zip(buckets, points).compactMap { bucket, totals in totals.map { (bucket, $0) } }) {
                    writer, point in
                    write(point.1, at: point.0, to: &writer)
                }
                writer.name("totals")
                write(points.compactMap { $0 }.reduce(into: HostTotals?.none) { $0.add($1) }, at: nil, to: &writer)
            }
        }
    }

    private func write(_ totals: HostTotals?, at bucket: Int64?, to writer: inout JSONWriter) {
        writer.object { writer in
            if let bucket, let totals {
                writer.name("at")
                writer.value(Timestamp.text(seconds: bucket))
                writer.name("coverage")
                writer.value(coverage(totals), decimals: 6)
            }
            let values: [(StaticString, Double?)] = [
                ("last", totals?.last), ("max", totals?.maximum), ("mean", totals?.mean), ("min", totals?.minimum),
            ]
            for (name, value) in values {
                writer.name(name)
                writer.value(value, significantDigits: 6)
            }
        }
    }

    /// One array a column, as charts take them: `data[0]` holds the buckets' starts in seconds since the epoch, each of
    /// the others the means of one of the `series`.
    var columns: [UInt8] {
        var writer = JSONWriter(reserving: 1 << 14)
        writer.object { writer in
            writer.name("data")
            writer.array(0...series.count) { writer, column in
                if column == 0 {
                    writer.array(buckets) { $0.value($1) }
                } else {
                    writer.array(series[column - 1].points) { $0.value($1?.mean, significantDigits: 6) }
                }
            }
            writer.name("from")
            writer.value(Timestamp.text(seconds: span.from))
            writer.name("host")
            writer.value(host)
            writer.name("is_complete")
            writer.value(isComplete)
            writer.name("range")
            writer.value(range?.rawValue)
            writer.name("series")
            writer.array(series) { writer, item in
                writer.object { writer in
                    HostSeriesOutput.writeAttributes(of: item.series, to: &writer)
                    HostSeriesOutput.writeKind(of: item.series, to: &writer)
                }
            }
            writeTail(to: &writer)
        }
        return writer.bytes
    }

    /// One row a point of a series.
    var csv: [UInt8] {
        var writer = CSVWriter()
        for name in ["at", "metric", "subject", "state", "coverage", "mean", "min", "max", "last"] { writer.cell(name) }
        writer.endRow()
        for (series, points) in series {
            for (bucket, totals) in zip(buckets, points) {
                guard let totals else { continue }
                writer.cell(Timestamp.text(seconds: bucket))
                for text in [series.metric.name, series.subject, series.state] { writer.cell(text) }
                for number in [coverage(totals), totals.mean, totals.minimum, totals.maximum, totals.last] {
                    writer.cell(number)
                }
                writer.endRow()
            }
        }
        return writer.bytes
    }
}

extension HostTotals? {
    fileprivate mutating func add(_ other: HostTotals) {
        if self?.add(other) == nil { self = other }
    }
}

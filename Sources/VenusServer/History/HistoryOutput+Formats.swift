import VenusCore

extension HistoryOutput: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("from")
            writer.value(from)
            writer.name("points")
            writer.array(points) { $1.write(to: &$0) }
            writeTail(to: &writer)
        }
    }

    /// The members after the points.
    private func writeTail(to writer: inout JSONWriter) {
        writer.name("range")
        writer.value(range?.rawValue)
        writer.name("tier")
        writer.value(tier)
        writer.name("to")
        writer.value(to)
        writer.name("totals")
        totals.write(to: &writer)
    }

    /// One array a column, as charts take them: `data[0]` holds the buckets' starts in seconds since the epoch, and
    /// `names` tells what the others hold.
    package var columns: [UInt8] {
        var writer = JSONWriter(reserving: 1 << 14)
        writer.object { writer in
            writer.name("data")
            writer.array(0..<KPIMeasure.allCases.count + 2) { writer, column in
                writer.array(points) { writer, point in
                    switch column {
                    case 0: writer.value(point.bucket)
                    case 1: writer.value(point.coverage)
                    default: writer.value(KPIMeasure.allCases[column - 2].value(point.kpis))
                    }
                }
            }
            writer.name("from")
            writer.value(from)
            writer.name("names")
            writer.array(["at", "coverage"] + KPIMeasure.allCases.map(\.rawValue)) { $0.value($1) }
            writeTail(to: &writer)
        }
        return writer.bytes
    }

    /// One row a point.
    package var csv: [UInt8] {
        var writer = CSVWriter()
        for name in ["at", "coverage", "basis"] { writer.cell(name) }
        for measure in KPIMeasure.allCases { writer.cell(measure.rawValue) }
        writer.endRow()
        for point in points {
            writer.cell(Timestamp.text(seconds: point.bucket))
            writer.cell(point.coverage)
            writer.cell(point.kpis.basis?.rawValue)
            for measure in KPIMeasure.allCases { writer.cell(measure.value(point.kpis)) }
            writer.endRow()
        }
        return writer.bytes
    }
}

extension HistoryReader.Answer.Point: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("at")
            writer.value(Timestamp.text(seconds: bucket))
            writer.name("coverage")
            writer.value(coverage)
            writer.name("kpis")
            kpis.write(to: &writer)
        }
    }
}

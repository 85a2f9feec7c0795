package import VenusCore

/// The mean of each phase over the calls that had it; `null` where none had.
package struct PhasesOutput: Sendable {
    private var totals: PhaseTotals

    package init(_ totals: KPITotals) { self.totals = totals.phases }

    private func mean(_ phase: Phase) -> Double? {
        let total = totals[phase.rawValue]
        return total.count == 0 ? nil : Double(total.sum) / Double(total.count) / 1_000
    }
}

extension PhasesOutput: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for (name, phase) in Self.sorted {
                writer.name(name)
                guard let mean = mean(phase) else {
                    writer.null()
                    continue
                }
                writer.object { writer in
                    writer.name("mean_ms")
                    writer.value(mean, significantDigits: KPI.significantDigits)
                }
            }
        }
    }

    private static let sorted: [(StaticString, Phase)] = [
        ("blocked", .blocked), ("connect", .connect), ("dns", .dns), ("tls", .tls), ("transfer", .transfer),
        ("ttfb", .ttfb),
    ]
}

package import VenusCore

extension WindowPicture {
    /// The operations that match, put together by their request method; a key's operation is the method then.
    ///
    /// Complete as far as the feed is: of many operations it brings the busiest, and the others of an edge by method.
    package func methods(where matches: (SeriesKey) -> Bool) -> [Measured] {
        var sums: [SeriesKey: KPITotals] = [:]
        for operation in operations(where: matches) {
            let method = operation.key.operation.prefix { $0 != " " }
            let key = SeriesKey.operation(
                String(method), service: "", dependency: "", environment: operation.key.environment)
            sums[key, default: KPITotals()].merge(operation.totals)
        }
        let span = span
        return sums.keys.sorted().map { key in
            let totals = sums[key] ?? KPITotals()
            return Measured(key: key, totals: totals, kpi: KPI(totals, seconds: span))
        }
    }
}

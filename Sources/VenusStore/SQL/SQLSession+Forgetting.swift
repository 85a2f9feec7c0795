import VenusCore

extension SQLSession {
    /// The buckets of which a tier has rows: the first and the last; `nil` where it has none.
    func bucketSpan(of tier: Tier) throws -> ClosedRange<Int64>? {
        let found = try query("SELECT min(bucket), max(bucket) FROM \(tier.table)")
        guard let row = found.first, !row.isNull(0) else { return nil }
        let (first, last) = (try row.second(0), try row.second(1))
        return first...max(first, last)
    }

    /// Removes a tier's rows of the buckets from `from` to before `to`.
    ///
    /// - Returns: how many.
    func forget(_ series: ForgottenSeries, in tier: Tier, from: Int64, to: Int64) throws -> Int {
        let (condition, names) = condition(series, after: 2)
        return try execute(
            "DELETE FROM \(tier.table) WHERE bucket >= $1 AND bucket < $2 AND \(condition)",
            [.second(from), .second(to)] + names)
    }

    /// Removes what was learned of the routes of its edges.
    func forgetRoutes(_ series: ForgottenSeries) throws {
        let (condition, names) = condition(series, after: 0)
        try execute("DELETE FROM routes WHERE \(condition)", names)
    }

    /// Which rows are the series', with parameters numbered after so many others.
    private func condition(_ series: ForgottenSeries, after count: Int) -> (text: String, values: [SQLValue]) {
        let (column, name) =
            switch series.subject {
            case .service(let name): ("service", name)
            case .dependency(let name): ("dependency", name)
            }
        let values = [name] + (series.environment.map { [$0] } ?? [])
        let text = "\(column) = $\(count + 1)" + (series.environment == nil ? "" : " AND environment = $\(count + 2)")
        return (text, values.map { .text(StoredName.fit($0)) })
    }
}

import VenusAnalysis
package import VenusCore

extension WindowPicture {
    /// The service instances whose service matches, sorted by key; added up anew at each call.
    ///
    /// The load of one that its analyzer has known for less than the window is that of the time since.
    package func instances(where matches: (SeriesKey) -> Bool) -> [Measured] {
        guard let place = Window.allCases.firstIndex(of: window) else { return [] }
        var sums: [InstanceKey: (totals: KPITotals, coveredSince: Int64)] = [:]
        for frame in frames {
            guard let instances = frame.instances else { continue }
            for series in instances.series {
                guard series.windows.indices.contains(place),
                    matches(.service(series.key.service, environment: series.key.environment))
                else { continue }
                sums[series.key, default: (KPITotals(), .max)].totals.merge(series.windows[place])
                sums[series.key]?.coveredSince.lower(to: instances.coveredSince)
            }
        }
        let inFlight = callsInFlightByInstance
        let now = at / 1_000
        return sums.keys.sorted().map { key in
            let (totals, coveredSince) = sums[key] ?? (KPITotals(), now)
            let covered = Double(max(1, now - min(coveredSince, now)))
            return Measured(
                key: .service(key.service, environment: key.environment), totals: totals,
                kpi: KPI(totals, seconds: min(span, covered), inFlight: inFlight[key]), instance: key.instance)
        }
    }

    /// Since when, in seconds since the epoch, the instances are known of all shards; `nil` where that is not known of
    /// one.
    package var instancesCoveredSince: Int64? {
        var since: Int64?
        for frame in frames {
            guard let instances = frame.instances else { return nil }
            since = max(since ?? .min, instances.coveredSince)
        }
        return since
    }
}

extension Int64 {
    fileprivate mutating func lower(to other: Int64) { self = Swift.min(self, other) }
}

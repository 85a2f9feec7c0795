package import VenusAlerts
package import VenusCore
package import VenusStore

/// What is known of hosts, as rules on them are evaluated. No I/O; time is given.
///
/// A limit over ten seconds is held against the reading that the agent sent last; one over a longer window against the
/// mean of the newest minutes, which end with the newest that the host told of: of a window that is less than half
/// covered nothing is said. Bounds: ``KnownHost/maximumCount`` hosts, ``maximumParts`` of each, and of each part the
/// minutes of an hour.
package struct HostWatch: Sendable {
    /// File systems, devices and so on of one host that are watched.
    package static let maximumParts = 64
    /// Of the quarter hours of a day, those in which a host must have been heard of to be missed: 90 %.
    package static let busyQuarters = 87
    package static let quarters = 96

    private struct Minute: Sendable {
        /// Its first second.
        var start: Int64
        var value: Double
        var seconds: Double
    }

    private struct Host: Sendable {
        var lastSeen: Int64
        /// A host is not missed before that is over without a word, in milliseconds.
        var patience: Int64
        /// Whether it was heard of all day before it fell silent; `nil`: not known.
        var isRegular: Bool?
        var newestMinute: Int64?
        /// When ``newestMinute`` was read: minutes of what was heard of until then are here.
        var readUntil: Int64?
        /// `nil`: not read yet.
        var latest: [JudgedPart: Double]?
        /// ``lastSeen`` when ``latest`` was read.
        var latestSeen: Int64?
        var minutes: [JudgedPart: [Minute]] = [:]
    }

    private var hosts: [String: Host] = [:]
    private var metrics: Set<HostMetric> = []
    /// The longest window that is watched.
    private var span: Int64 = 0
    /// Another whenever there may be other hosts or parts.
    package private(set) var generation = 0
    /// Which services' proxies run where.
    var services = HostServices()

    package init() {}

    package var isEmpty: Bool { hosts.isEmpty }
    package var names: [String] { hosts.keys.sorted() }

    // MARK: What is heard

    /// Watches these metrics over these windows from now on.
    ///
    /// - Returns: whether they are others than before: then all is to be read again.
    @discardableResult
    package mutating func watch(_ watched: [HostMetric: Window]) -> Bool {
        let wanted = watched.values.map(\.seconds).max() ?? 0
        guard Set(watched.keys) != metrics || wanted != span else { return false }
        (metrics, span) = (Set(watched.keys), wanted)
        generation += 1
        for name in hosts.keys {
            hosts[name]?.latest = nil
            hosts[name]?.latestSeen = nil
            hosts[name]?.minutes = [:]
            hosts[name]?.newestMinute = nil
            hosts[name]?.readUntil = nil
        }
        return true
    }

    /// All hosts that there are; others are forgotten.
    package mutating func keep(_ known: [KnownHost]) {
        let names = Set(known.map(\.name))
        for name in hosts.keys where !names.contains(name) {
            hosts[name] = nil
            generation += 1
        }
        for host in known { note(host) }
    }

    /// A host was heard of.
    package mutating func note(_ known: KnownHost) {
        if hosts[known.name] == nil {
            hosts[known.name] = Host(lastSeen: known.lastSeen, patience: 0)
            generation += 1
        }
        guard var host = hosts[known.name] else { return }
        if known.lastSeen > host.lastSeen {
            host.lastSeen = known.lastSeen
            host.isRegular = nil
        }
        host.patience = 2 * known.publishEvery + 30_000
        if let latest = known.latest {
            let parts = latest.judged(metrics).mapValues(\.value).prefix(Self.maximumParts)
            if Set(parts.keys) != Set((host.latest ?? [:]).keys) { generation += 1 }
            host.latest = parts
            host.latestSeen = known.lastSeen
        }
        hosts[known.name] = host
    }

    /// Takes minutes that were read, in order; the first may be one that was read before, and is more now.
    ///
    /// - Parameter seen: when the host was heard of last, as ``unread(limit:)`` told. Minutes that begin after it, of a
    ///   clock that is ahead, wait until they are past.
    package mutating func add(_ buckets: [HostBucket], of name: String, seen: Int64) {
        guard var host = hosts[name] else { return }
        let before = Set(host.minutes.keys)
        for bucket in buckets where bucket.bucket <= seen / 1_000 {
            let judged = bucket.reading.judged(metrics)
            for (part, found) in judged where host.minutes[part] != nil || host.minutes.count < Self.maximumParts {
                if host.minutes[part]?.last?.start == bucket.bucket { host.minutes[part]?.removeLast() }
                host.minutes[part, default: []].append(
                    Minute(start: bucket.bucket, value: found.value, seconds: found.seconds))
            }
            host.newestMinute = bucket.bucket
        }
        host.readUntil = seen
        if let newest = host.newestMinute {
            let first = newest + 60 - max(span, 60)
            host.minutes = host.minutes.compactMapValues { minutes in
                let rest = minutes.drop { $0.start < first }
                return rest.isEmpty ? nil : Array(rest)
            }
        }
        if Set(host.minutes.keys) != before { generation += 1 }
        hosts[name] = host
    }

    /// Whether the host was heard of in so many of the quarter hours before it fell silent.
    package mutating func note(busyQuarters: Int, of name: String) {
        hosts[name]?.isRegular = busyQuarters >= Self.busyQuarters
    }

    // MARK: What is to be read

    /// Hosts that were heard of since their minutes were read, and since which minute to read them; at most `limit`.
    package func unread(limit: Int) -> [(name: String, from: Int64, seen: Int64)] {
        guard span >= 60 else { return [] }
        return hosts.lazy.filter { ($0.value.readUntil ?? -1) < $0.value.lastSeen }.prefix(limit)
            .map { (name: $0.key, from: $0.value.newestMinute ?? 0, seen: $0.value.lastSeen) }
    }

    /// Hosts that were heard of since their latest reading was read; at most `limit`.
    package func withoutLatest(limit: Int) -> [String] {
        guard !metrics.isEmpty else { return [] }
        return Array(hosts.lazy.filter { ($0.value.latestSeen ?? -1) < $0.value.lastSeen }.prefix(limit).map(\.key))
    }

    /// How many minutes of a host are of use.
    package var minutesOfUse: Int { Int(max(span, 60) / 60) }

    /// Hosts that are silent, and of which it is not known whether they were heard of all day; and when they were last.
    package func unjudged(at now: Int64, limit: Int) -> [(name: String, lastSeen: Int64)] {
        hosts.lazy.filter { $0.value.isRegular == nil && now - $0.value.lastSeen > $0.value.patience }.prefix(limit)
            .map { (name: $0.key, lastSeen: $0.value.lastSeen) }
    }

    // MARK: What rules ask

    /// The parts of a host that a limit on the metric is held against, in order.
    package func parts(of name: String, _ metric: HostMetric) -> [String] {
        guard metric.isJudgedByPart else { return [""] }
        guard let host = hosts[name] else { return [] }
        let found = [JudgedPart]((host.latest ?? [:]).keys) + [JudgedPart](host.minutes.keys)
        return Set(found.filter { $0.metric == metric }.map(\.part)).sorted()
    }

    /// - Parameters:
    ///   - isMissed: the alert says already that the host is silent.
    ///   - now: milliseconds since the epoch.
    package func reading(
        _ rule: AlertRule, _ threshold: MetricThreshold?, isMissed: Bool, at now: Int64
    ) -> AlertReading {
        guard case .host(let name) = rule.subject, let host = hosts[name] else { return .uncovered }
        let silence = now - host.lastSeen
        if let limit = rule.noDataAfter, silence > max(limit * 1_000, host.patience) {
            guard rule.condition == .silence, !isMissed else { return .silent }
            return host.isRegular.map { $0 ? .silent : .quiet } ?? .uncovered
        }
        guard let threshold, let metric = rule.hostMetric, silence <= host.patience else { return .quiet }
        let part = JudgedPart(metric, rule.part ?? "")
        guard threshold.window.seconds >= 60 else {
            guard let latest = host.latest else { return .uncovered }
            return latest[part].map { .value($0) } ?? .quiet
        }
        guard host.readUntil != nil else { return .uncovered }
        guard let newest = host.newestMinute, let minutes = host.minutes[part] else { return .quiet }
        let counted = minutes.filter { $0.start > newest - threshold.window.seconds }
        let seconds = counted.reduce(0) { $0 + $1.seconds }
        guard seconds >= Double(threshold.window.seconds) / 2, let least = counted.map(\.value).min(),
            let largest = counted.map(\.value).max()
        else { return .uncovered }
        // Each by its part of the time, so that no sum is larger than the largest; and exactly what all of them are.
        return .value(min(max(counted.reduce(0) { $0 + $1.value * ($1.seconds / seconds) }, least), largest))
    }
}

extension Dictionary where Key == JudgedPart {
    /// The first in order, so that it is always the same that find no place.
    fileprivate func prefix(_ limit: Int) -> [JudgedPart: Value] {
        guard count > limit else { return self }
        let kept = sorted { ($0.key.metric.rawValue, $0.key.part) < ($1.key.metric.rawValue, $1.key.part) }
        return [JudgedPart: Value](uniqueKeysWithValues: kept.prefix(limit).map { ($0.key, $0.value) })
    }
}

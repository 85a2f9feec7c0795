/// Which thresholds apply to what: of each metric and direction the one stored nearest, in the order operation, edge,
/// service, default.
///
/// Levels are merged when the table is made, so that a look-up is at most three searches in a dictionary, and subjects
/// for which nothing is stored share one array. Bound: ``maximumStored``.
public struct ThresholdTable: Sendable {
    /// Most stored thresholds a table takes.
    public static let maximumStored = 50_000

    /// Those of everything, ordered by metric.
    public let defaults: [MetricThreshold]
    private var bySeries: [SeriesKey: [MetricThreshold]] = [:]
    private var byHost: [String: [MetricThreshold]] = [:]
    /// Of all thresholds on calls that have a limit, anywhere.
    public let windows: Set<Window>
    /// Subjects at which something is stored.
    private let subjects: Set<WatchSubject>

    /// - Parameter stored: beyond ``maximumStored`` the rest is left out; of two for the same subject, metric and
    ///   direction the later counts. What is stored for everything stands in place of the built-in defaults, metric by
    ///   metric.
    public init(_ stored: some Sequence<StoredThreshold> = []) {
        var own: [WatchSubject: [MetricThreshold]] = [:]
        for one in stored.prefix(Self.maximumStored) where StoredThreshold.isLevel(one.subject) {
            own[one.subject, default: []].append(one.threshold)
        }
        subjects = Set(own.keys)
        let everything = Self.merge(MetricThreshold.defaults, with: own[.everything] ?? [])
        defaults = everything
        let all = own.values.joined().filter { $0.warning != nil || $0.critical != nil }
        windows = Set((everything + all).map(\.window))
        // Coarse levels first: the finer ones start from them.
        let ordered = own.keys.compactMap(\.key).sorted { $0.level.rawValue < $1.level.rawValue }
        for key in ordered {
            bySeries[key] = Self.merge(nearest(to: key), with: own[.series(key)] ?? [])
        }
        for case .host(let name) in own.keys {
            byHost[name] = Self.merge(everything, with: own[.host(name)] ?? [])
        }
    }

    /// The thresholds for these calls.
    public func thresholds(for key: SeriesKey) -> [MetricThreshold] { nearest(to: key) }

    /// The thresholds for this subject.
    public func thresholds(for subject: WatchSubject) -> [MetricThreshold] {
        switch subject {
        case .everything: defaults
        case .series(let key): nearest(to: key)
        case .host(let name): byHost[name] ?? defaults
        }
    }

    /// The threshold for one metric, if there is one.
    public func threshold(
        for subject: WatchSubject, metric: Metric, direction: Direction? = nil
    ) -> MetricThreshold? {
        let direction = direction ?? metric.usualDirection
        return thresholds(for: subject).first { $0.metric == metric && $0.direction == direction }
    }

    /// Whether something is stored at this very level.
    public func hasOwn(_ subject: WatchSubject) -> Bool { subjects.contains(subject) }

    /// Names of hosts' metrics that have a limit somewhere, with the windows of these.
    public var hostMetrics: [(name: String, window: Window)] {
        (defaults + byHost.values.joined()).compactMap { threshold in
            guard case .host(let name) = threshold.metric, threshold.warning != nil || threshold.critical != nil else {
                return nil
            }
            return (name, threshold.window)
        }
    }

    /// Operations at which something is stored.
    public var operations: Set<SeriesKey> { Set(subjects.compactMap(\.key).filter { $0.level == .operation }) }

    private func nearest(to key: SeriesKey) -> [MetricThreshold] {
        guard !bySeries.isEmpty else { return defaults }
        switch key.level {
        case .total, .dependency: return defaults
        case .operation:
            return bySeries[key] ?? bySeries[key.key(at: .edge)] ?? bySeries[key.key(at: .service)] ?? defaults
        case .edge: return bySeries[key] ?? bySeries[key.key(at: .service)] ?? defaults
        case .service: return bySeries[key] ?? defaults
        }
    }

    private static func merge(_ coarse: [MetricThreshold], with fine: [MetricThreshold]) -> [MetricThreshold] {
        var merged = coarse
        for threshold in fine {
            let place = merged.firstIndex { $0.metric == threshold.metric && $0.direction == threshold.direction }
            if let place { merged[place] = threshold } else { merged.append(threshold) }
        }
        return merged.sorted { ($0.metric.name, $0.direction.rawValue) < ($1.metric.name, $1.direction.rawValue) }
    }
}

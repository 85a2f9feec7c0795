/// One line of a host's metrics: what is measured, of which part, in which state.
public struct HostSeries: Sendable, Hashable, Comparable {
    /// Bytes of a subject or a state, at most: a longer one is cut at a character.
    public static let maximumTextBytes = 128

    public let metric: HostMetric
    /// The value of ``HostMetric/subjectAttribute``: `sda`, `/var`; empty: the whole host.
    public let subject: String
    /// The value of ``HostMetric/stateAttribute``: `used`, `read`; empty: all that counts. Of the CPU's modes these are
    /// all but `idle` and `iowait`.
    public let state: String

    public init(_ metric: HostMetric, _ subject: String = "", state: String = "") {
        self.metric = metric
        self.subject = Self.bounded(subject)
        self.state = Self.bounded(state)
    }

    public static func < (one: HostSeries, other: HostSeries) -> Bool {
        (one.metric.rawValue, one.subject, one.state) < (other.metric.rawValue, other.subject, other.state)
    }

    /// Names of devices, mount points and programs may be any bytes: what would steer a terminal is shown as `?`.
    private static func bounded(_ text: String) -> String {
        let isPlain = text.utf8.count <= maximumTextBytes && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        if isPlain { return text }
        var result = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            let isShown: Bool
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                isShown = false
            default: isShown = true
            }
            let shown = isShown ? scalar : "?"
            bytes += UTF8.width(shown)
            if bytes > maximumTextBytes { break }
            result.unicodeScalars.append(shown)
        }
        return result
    }
}

/// Which of a threshold's two limits is meant, and how urgent an alert on it is.
public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case warning, critical

    public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .critical }
}

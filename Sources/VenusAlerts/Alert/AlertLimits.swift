public import VenusCore

/// A rule with the limit that applies to it now.
public struct AlertLimits: Sendable, Hashable {
    public var direction: Direction
    /// Raises where it is crossed.
    public var raise: Double
    /// Where the alert is over: at it or on its good side.
    public var clear: Double
    /// Seconds for which the limit must be crossed before the alert fires.
    public var `for`: Int64
    /// Seconds for which it must be over before the alert is resolved.
    public var keepFiringFor: Int64

    /// - Parameter clear: on the good side of `raise`; on the other it would make an alert that is raised and over at
    ///   once, so `raise` stands in for it.
    public init(
        direction: Direction, raise: Double, clear: Double? = nil, for duration: Int64 = 0, keepFiringFor: Int64 = 0
    ) {
        self.direction = direction
        self.raise = raise
        let clear = clear ?? raise
        self.clear = direction.isCrossed(clear, limit: raise) || clear.isNaN ? raise : clear
        self.for = duration
        self.keepFiringFor = keepFiringFor
    }

    /// `nil` where the rule's threshold does not exist, or has no limit of the rule's severity: there is nothing to
    /// watch.
    public init?(_ rule: AlertRule, in table: ThresholdTable) {
        switch rule.condition {
        case .threshold(let metric, let direction):
            let threshold = table.threshold(for: rule.subject, metric: metric, direction: direction)
            guard let raise = threshold?.limit(rule.severity) else { return nil }
            self.init(
                direction: direction, raise: raise, clear: rule.clear, for: rule.for, keepFiringFor: rule.keepFiringFor)
        case .burnRate:
            // In multiples of the pair's factor (``BurnRate/strength(_:of:)``).
            self.init(
                direction: .above, raise: 1, clear: rule.clear, for: rule.for, keepFiringFor: rule.keepFiringFor)
        case .silence:
            // No value raises it.
            self.init(direction: .above, raise: .infinity)
        }
    }

    func isRaised(_ value: Double) -> Bool { direction.isCrossed(value, limit: raise) }
    func isClear(_ value: Double) -> Bool { !direction.isCrossed(value, limit: clear) }
}

/// The side of a limit on which it is crossed. The limit itself is on the good side.
public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    case above, below

    /// Whether `value` has crossed `limit`: strictly, so that a value at the limit has not.
    public func isCrossed(_ value: Double, limit: Double) -> Bool {
        switch self {
        case .above: value > limit
        case .below: value < limit
        }
    }
}

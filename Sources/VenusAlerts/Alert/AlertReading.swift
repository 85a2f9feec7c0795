/// What one evaluation found of a rule.
public enum AlertReading: Sendable, Hashable {
    /// The rule's metric.
    case value(Double)
    /// There was nothing to judge: no calls, or fewer than the floor.
    case quiet
    /// A subject that is called all day has not been called for as long as the rule allows.
    case silent
    /// Nothing can be said: windows are incomplete (an analyzer has just started), or what is measured is not known.
    case uncovered
}

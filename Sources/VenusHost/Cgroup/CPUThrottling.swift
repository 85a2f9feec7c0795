/// A control group's `cpu.stat`: counts since it was made.
package struct CPUThrottling: Sendable, Hashable {
    /// Microseconds of processor time; version 1 has it elsewhere.
    package var usage: UInt64?
    /// Periods of the quota in which it ran.
    package var periods: UInt64?
    /// Those at whose end it had to wait.
    package var throttledPeriods: UInt64?

    package init(_ text: inout ProcText) {
        var found = (usage: UInt64?.none, periods: UInt64?.none, throttled: UInt64?.none)
        NamedNumbers.forEach(&text) { name, number in
            if name.elementsEqual("usage_usec".utf8) {
                found.usage = number
            } else if name.elementsEqual("nr_periods".utf8) {
                found.periods = number
            } else if name.elementsEqual("nr_throttled".utf8) {
                found.throttled = number
            }
        }
        usage = found.usage
        periods = found.periods
        throttledPeriods = found.throttled
    }
}

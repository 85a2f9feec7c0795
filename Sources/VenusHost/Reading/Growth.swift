/// How much a count of the system's has grown.
package enum Growth {
    /// - Parameter isAnother: whether what is counted is not what was counted before, such as an interface that was
    ///   taken out and put in again: it began at zero then.
    /// - Returns: a count that has fallen began anew, unless it was near the end of 32 bits, as some drivers' and older
    ///   systems' counts are: then it has gone round.
    package static func of(_ now: UInt64, since before: UInt64, isAnother: Bool = false) -> UInt64 {
        if isAnother { return now }
        if now >= before { return now - before }
        let end: UInt64 = 1 << 32
        if before < end, before >= end / 4 * 3, now < end / 4 { return end - before + now }
        return now
    }

    /// The same of counts that may be missing.
    package static func of(_ now: UInt64?, since before: UInt64?) -> Double? {
        guard let now, let before else { return nil }
        return Double(of(now, since: before))
    }
}

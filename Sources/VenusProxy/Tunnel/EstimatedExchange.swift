package import VenusCore

/// One request with its response as it was seen inside a tunnel: by its bursts of bytes.
package struct EstimatedExchange: Sendable, Hashable {
    /// The client's first byte.
    package var start: SteadyTime
    /// The client's last byte before the answer.
    package var requestEnd: SteadyTime
    /// The dependency's first byte; `nil`: it has not answered.
    package var firstByte: SteadyTime?
    /// The dependency's last byte, or when the exchange was cut off.
    package var end: SteadyTime
    package var bytes: TunnelAccount.Bytes
    /// Whether the tunnel had carried an exchange before.
    package var isReused: Bool
    package var outcome = CallEnd(.unknown)

    package init(
        start: SteadyTime, requestEnd: SteadyTime, firstByte: SteadyTime?, end: SteadyTime, bytes: TunnelAccount.Bytes,
        isReused: Bool
    ) {
        self.start = start
        self.requestEnd = requestEnd
        self.firstByte = firstByte
        self.end = end
        self.bytes = bytes
        self.isReused = isReused
    }

    package var duration: UInt32 { UInt32(clamping: end.since(start)) }

    package var phases: Phases {
        var phases = Phases()
        if let firstByte {
            phases[.ttfb] = UInt32(clamping: firstByte.since(requestEnd))
            phases[.transfer] = UInt32(clamping: end.since(firstByte))
        }
        return phases
    }
}

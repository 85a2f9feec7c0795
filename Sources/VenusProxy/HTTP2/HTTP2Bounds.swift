/// The bounds of one HTTP/2 connection. Together they bound its memory: unread content by the windows, unsent content
/// by ``outboundBytes`` a stream, heads by `HeadLimits`, and what nghttp2 queues by the budgets.
package struct HTTP2Bounds: Sendable, Hashable {
    /// Streams that the peer may have open at a time.
    package var concurrentStreams: UInt32 = 128
    /// Bytes of content that a stream may send before some of it was read.
    package var streamWindowBytes: Int32 = 128 << 10
    /// Bytes of content that are under way on the connection: given back as they come, so that one stream that is not
    /// read holds up no other.
    package var connectionWindowBytes: Int32 = 1 << 20
    /// Bytes of a stream's content that wait to be sent.
    package var outboundBytes = 64 << 10
    /// Compressed bytes of one field section, in HEADERS and the CONTINUATION frames behind it.
    package var fieldSectionBytes = 64 << 10
    /// Bytes of one field section as its receiver has it: names, values and 32 a field (RFC 9113, section 6.5.2). One
    /// of more than `HeadLimits` allow is answered with 431; this is the end of it, because each byte that was sent may
    /// stand for a field of 4 KiB.
    package var fieldListBytes = 256 << 10
    /// Bytes of a stream that wait to be read: its window and its head; what is beyond is the framing of content in the
    /// smallest pieces.
    package var inboundBytes = 384 << 10
    /// CONTINUATION frames of one field section.
    package var continuations = 8
    /// Streams that the peer may reset, or make us reset, at once, and in each second afterwards.
    package var resets = FrameBudget(burst: 1000, perSecond: 33)
    /// Frames without a use of their own (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown ones) at once,
    /// and in each second afterwards; frames with content earn more of them.
    package var control = FrameBudget(burst: 2000, perSecond: 500)
    /// Control frames that one frame with content earns: an acknowledgement, and windows of stream and connection.
    package var controlPerData: UInt32 = 4

    package init() {}
}

/// So many at once, and so many in each second: a bucket of tokens.
package struct FrameBudget: Sendable, Hashable {
    private let burst: UInt64
    private let perSecond: UInt64
    /// In millionths of a token.
    private var tokens: UInt64
    private var filledAt = SteadyTime.zero

    package init(burst: UInt32, perSecond: UInt32) {
        self.burst = UInt64(burst) * 1_000_000
        self.perSecond = UInt64(perSecond)
        tokens = self.burst
    }

    /// Whether there was one left.
    package mutating func take(at time: SteadyTime) -> Bool {
        // An hour fills every bucket, and cannot overflow.
        let elapsed = min(time.since(filledAt), 3_600_000_000)
        filledAt = max(filledAt, time)
        tokens = min(burst, tokens + elapsed * perSecond)
        guard tokens >= 1_000_000 else { return false }
        tokens -= 1_000_000
        return true
    }

    /// Adds so many, up to the burst.
    package mutating func earn(_ count: UInt32) { tokens = min(burst, tokens + UInt64(count) * 1_000_000) }
}

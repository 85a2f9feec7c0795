/// Reads the frame headers (RFC 9113, section 4.1) in front of nghttp2, and counts what costs the peer next to nothing.
///
/// It knows no more than lengths, types and flags: what the frames mean, and whether they may stand there, is for
/// nghttp2 to say. Its bounds hold with every version of nghttp2, of which older ones lack some.
package struct HTTP2FrameScanner: Sendable {
    /// How a peer asks too much: the connection ends with ENHANCE_YOUR_CALM.
    package enum Excess: Sendable, Hashable {
        /// Streams opened and reset over and over.
        case resets
        /// Frames that are of no use.
        case control
        /// A field section in too many, or too long, pieces, or of too much once it is decoded.
        case fieldSection
        /// Content in pieces that are nothing but framing.
        case framing
    }

    static let headerBytes = 9
    /// `PRI * HTTP/2.0…` (RFC 9113, section 3.4).
    static let prefaceBytes = 24

    private let bounds: HTTP2Bounds
    private let isServer: Bool
    private var resets: FrameBudget
    private var control: FrameBudget
    /// Bytes to pass over: the preface, or a frame's payload.
    private var passing: Int
    /// The frame header so far, the last byte lowest, without its stream's number.
    private var header: UInt64 = 0
    private var headerCount = 0
    private var sectionBytes = 0
    private var sectionFrames = 0

    package init(bounds: HTTP2Bounds, isServer: Bool) {
        self.bounds = bounds
        self.isServer = isServer
        resets = bounds.resets
        control = bounds.control
        passing = isServer ? Self.prefaceBytes : 0
    }

    /// Looks at bytes that came; what is too much, if anything.
    package mutating func scan(_ bytes: Span<UInt8>, at time: SteadyTime) -> Excess? {
        var place = 0
        while place < bytes.count {
            if passing > 0 {
                let count = min(passing, bytes.count - place)
                passing -= count
                place += count
                continue
            }
            if headerCount < 5 { header = header << 8 | UInt64(bytes[place]) }
            headerCount += 1
            place += 1
            guard headerCount == Self.headerBytes else { continue }
            let length = Int(header >> 16 & 0xFF_FFFF)
            let type = UInt8(truncatingIfNeeded: header >> 8)
            let flags = UInt8(truncatingIfNeeded: header)
            header = 0
            headerCount = 0
            passing = length
            if let excess = count(type, flags: flags, length: length, at: time) { return excess }
        }
        return nil
    }

    private mutating func count(_ type: UInt8, flags: UInt8, length: Int, at time: SteadyTime) -> Excess? {
        let endsStream = flags & 0x1 != 0
        switch type {
        case 0x0 where length > 0 || endsStream:
            control.earn(bounds.controlPerData)
        case 0x1:
            sectionBytes = length
            sectionFrames = 0
        case 0x9:
            sectionBytes += length
            sectionFrames += 1
            if sectionBytes > bounds.fieldSectionBytes || sectionFrames > bounds.continuations { return .fieldSection }
        case 0x3:
            // A dependency can only reset what we have asked for.
            if isServer, !resets.take(at: time) { return .resets }
        default:
            if !control.take(at: time) { return .control }
        }
        return nil
    }

    /// A frame with content went out; it earns what the peer needs to answer it.
    package mutating func sentData() { control.earn(bounds.controlPerData) }

    /// A fault of the peer made us reset a stream; `false` if that was once too often.
    package mutating func provokedReset(at time: SteadyTime) -> Bool { !isServer || resets.take(at: time) }
}

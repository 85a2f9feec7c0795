/// Follows the chunked coding (RFC 9112, section 7.1), strictly: CRLF only, digits only, and bounds for everything that
/// is not content.
package struct ChunkedDecoder: Sendable {
    /// Most bytes of chunk extensions in one body.
    package static let maximumExtensionBytes = 16 << 10
    /// Most bytes of the trailer section.
    package static let maximumTrailerBytes = 16 << 10
    /// Most digits of a chunk's size.
    package static let maximumSizeDigits = 15

    package enum Step: Sendable, Hashable {
        /// Content; ends at the end of the bytes or of the chunk.
        case content(ByteRange)
        /// Framing up to this place, which is at the latest where the trailer section begins.
        case framing(Int)
        /// The body ends at this place.
        case end(Int)
        case invalid
    }

    private enum State: UInt8 {
        case sizeStart, size, extensions, sizeLineFeed, content, contentReturn, contentLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
    }

    private var state = State.sizeStart
    private var digits: UInt8 = 0
    private var left: UInt64 = 0
    private var extensionBytes: UInt32 = 0
    private var trailerBytes: UInt32 = 0
    private var trailerName = TrailerName()

    package init() {}

    /// Reads from `start`, up to the next boundary between content and framing or to the end of the bytes.
    package mutating func next(_ bytes: Span<UInt8>, from start: Int) -> Step {
        var place = start
        while place < bytes.count {
            if state == .content {
                let count = Int(min(left, UInt64(bytes.count - place)))
                if place > start { return .framing(place) }
                left -= UInt64(count)
                if left == 0 { state = .contentReturn }
                return .content(ByteRange(place, place + count))
            }
            let byte = bytes[place]
            place += 1
            if state == .lastLineFeed { return byte == UInt8(ascii: "\n") ? .end(place) : .invalid }
            guard advance(byte) else { return .invalid }
            if state == .trailerStart, trailerBytes == 0 { return .framing(place) }
        }
        return .framing(place)
    }

    /// Whether what comes next is the trailer section, or its rest.
    package var isInTrailers: Bool {
        switch state {
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed: true
        case .sizeStart, .size, .extensions, .sizeLineFeed, .content, .contentReturn, .contentLineFeed: false
        }
    }

    /// One byte of framing; `false` if it may not stand there.
    private mutating func advance(_ byte: UInt8) -> Bool {
        switch state {
        case .sizeStart, .size: return advanceSize(byte)
        case .extensions:
            if byte == UInt8(ascii: "\r") {
                state = .sizeLineFeed
                return true
            }
            extensionBytes += 1
            return extensionBytes <= Self.maximumExtensionBytes && isText(byte)
        case .sizeLineFeed:
            guard byte == UInt8(ascii: "\n") else { return false }
            state = left == 0 ? .trailerStart : .content
        case .contentReturn:
            guard byte == UInt8(ascii: "\r") else { return false }
            state = .contentLineFeed
        case .contentLineFeed:
            guard byte == UInt8(ascii: "\n") else { return false }
            state = .sizeStart
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed: return advanceTrailer(byte)
        case .content, .lastLineFeed: preconditionFailure("content and the last byte are not framing")
        }
        return true
    }

    private mutating func advanceSize(_ byte: UInt8) -> Bool {
        if let digit = ByteClass.hexValue(byte) {
            if state == .sizeStart {
                left = 0
                digits = 0
                state = .size
            }
            digits += 1
            left = left << 4 | UInt64(digit)
            return digits <= Self.maximumSizeDigits
        }
        guard state == .size else { return false }
        switch byte {
        case UInt8(ascii: "\r"): state = .sizeLineFeed
        case UInt8(ascii: ";"): state = .extensions
        default: return false
        }
        return true
    }

    private mutating func advanceTrailer(_ byte: UInt8) -> Bool {
        trailerBytes += 1
        guard trailerBytes <= Self.maximumTrailerBytes else { return false }
        switch state {
        case .trailerStart where byte == UInt8(ascii: "\r"): state = .lastLineFeed
        case .trailerStart:
            guard ByteClass.isToken(byte) else { return false }
            trailerName = TrailerName()
            trailerName.append(byte)
            state = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                guard !trailerName.isForbidden else { return false }
                state = .trailerValue
            } else if ByteClass.isToken(byte) {
                trailerName.append(byte)
            } else {
                return false
            }
        case .trailerValue:
            if byte == UInt8(ascii: "\r") {
                state = .trailerLineFeed
            } else if !isText(byte) {
                return false
            }
        default:
            guard byte == UInt8(ascii: "\n") else { return false }
            state = .trailerStart
        }
        return true
    }

    private func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") }
}

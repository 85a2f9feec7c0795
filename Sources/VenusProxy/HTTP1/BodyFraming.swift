/// How the end of a message's body is found (RFC 9112, section 6.3).
package enum BodyFraming: Sendable, Hashable {
    case none
    /// So many bytes, at least one.
    case length(UInt64)
    case chunked
    /// Everything up to the end of the connection; responses only.
    case untilClose

    package static func request(_ head: RequestHead) -> BodyFraming {
        if head.method == .connect { return .none }
        if head.flags.contains(.chunked) { return .chunked }
        return head.contentLength > 0 ? .length(head.contentLength) : .none
    }

    /// Of the response to a request with `method`.
    package static func response(_ head: ResponseHead, to method: Method) -> BodyFraming {
        if method == .head || head.status < 200 || head.status == 204 || head.status == 304 { return .none }
        if method == .connect && head.status < 300 { return .none }
        if head.flags.contains(.chunked) { return .chunked }
        guard head.flags.contains(.hasContentLength) else { return .untilClose }
        return head.contentLength > 0 ? .length(head.contentLength) : .none
    }
}

/// Follows a body to its end.
package struct BodyDecoder: Sendable {
    package private(set) var framing: BodyFraming
    package private(set) var isComplete: Bool
    /// Bytes of content so far, without chunk framing.
    package private(set) var contentBytes: UInt64 = 0
    private var left: UInt64
    private var chunks = ChunkedDecoder()

    package init(_ framing: BodyFraming) {
        self.framing = framing
        switch framing {
        case .none: (left, isComplete) = (0, true)
        case .length(let length): (left, isComplete) = (length, length == 0)
        case .chunked: (left, isComplete) = (0, false)
        case .untilClose: (left, isComplete) = (.max, false)
        }
    }

    /// Bytes that are still to come, where that is known.
    package var bytesLeft: UInt64? {
        switch framing {
        case .none, .length: left
        case .chunked, .untilClose: nil
        }
    }

    /// Takes the bytes that belong to the body and returns how many; `nil` if they break the framing.
    package mutating func consume(_ bytes: Span<UInt8>) -> Int? {
        if isComplete { return 0 }
        switch framing {
        case .none: return 0
        case .length, .untilClose:
            let count = Int(min(left, UInt64(bytes.count)))
            contentBytes += UInt64(count)
            if framing != .untilClose {
                left -= UInt64(count)
                isComplete = left == 0
            }
            return count
        case .chunked:
            var place = 0
            while place < bytes.count {
                switch chunks.next(bytes, from: place) {
                case .content(let range):
                    contentBytes += UInt64(range.count)
                    place = range.end
                case .framing(let end): place = end
                case .end(let end):
                    isComplete = true
                    return end
                case .invalid: return nil
                }
            }
            return place
        }
    }

    /// Takes the bytes of a chunked body and moves their content to the front; the counts taken and of content.
    package mutating func unchunk(_ bytes: inout MutableSpan<UInt8>) -> (taken: Int, content: Int)? {
        var place = 0
        var content = 0
        while place < bytes.count, !isComplete {
            switch chunks.next(bytes.span, from: place) {
            case .content(let range):
                for offset in 0..<range.count { bytes[content + offset] = bytes[range.start + offset] }
                content += range.count
                contentBytes += UInt64(range.count)
                place = range.end
            case .framing(let end): place = end
            case .end(let end):
                isComplete = true
                place = end
            case .invalid: return nil
            }
        }
        return (place, content)
    }

    /// The connection has ended: whether that ends the body well.
    package mutating func connectionEnded() -> Bool {
        if framing == .untilClose { isComplete = true }
        return isComplete
    }
}

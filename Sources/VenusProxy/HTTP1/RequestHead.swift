package import VenusCore

/// What a proxy has to know of a method.
package enum Method: UInt8, Sendable {
    case get, head, options, trace, put, delete, post, patch, connect, other

    /// Whether sending it twice has the effect of sending it once (RFC 9110, section 9.2.2).
    package var isIdempotent: Bool {
        switch self {
        case .get, .head, .options, .trace, .put, .delete: true
        case .post, .patch, .connect, .other: false
        }
    }

    static func read(_ bytes: Span<UInt8>, _ range: ByteRange) -> Method {
        func spells(_ name: StaticString) -> Bool {
            guard range.count == name.utf8CodeUnitCount else { return false }
            for place in 0..<range.count where bytes[range.start + place] != name.utf8Start[place] { return false }
            return true
        }
        switch range.count {
        case 3: return spells("GET") ? .get : spells("PUT") ? .put : .other
        case 4: return spells("POST") ? .post : spells("HEAD") ? .head : .other
        case 5: return spells("PATCH") ? .patch : spells("TRACE") ? .trace : .other
        case 6: return spells("DELETE") ? .delete : .other
        case 7: return spells("CONNECT") ? .connect : spells("OPTIONS") ? .options : .other
        default: return .other
        }
    }
}

/// What a head says about itself.
package struct HeadFlags: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `Connection: close`.
    package static let close = HeadFlags(rawValue: 1 << 0)
    /// `Connection: keep-alive`.
    package static let keepAlive = HeadFlags(rawValue: 1 << 1)
    /// `Transfer-Encoding: chunked`.
    package static let chunked = HeadFlags(rawValue: 1 << 2)
    package static let hasContentLength = HeadFlags(rawValue: 1 << 3)
    /// `Expect: 100-continue`.
    package static let expectsContinue = HeadFlags(rawValue: 1 << 4)
    /// `HTTP/1.0`.
    package static let version10 = HeadFlags(rawValue: 1 << 5)
    package static let hasDate = HeadFlags(rawValue: 1 << 6)
    package static let hasVia = HeadFlags(rawValue: 1 << 7)
    /// `Connection` names fields.
    package static let nominates = HeadFlags(rawValue: 1 << 8)
    /// `Connection: upgrade`.
    package static let connectionUpgrade = HeadFlags(rawValue: 1 << 9)
    package static let hasUpgrade = HeadFlags(rawValue: 1 << 10)
    /// Of a request: it offers a protocol that the offer may be passed on for.
    package static let offersUpgrade = HeadFlags(rawValue: 1 << 11)
}

/// A request head that has been read and found valid. Ranges are offsets into the bytes it was read from.
package struct RequestHead: Sendable {
    /// Bytes up to behind the empty line.
    package var length = 0
    package var method = Method.other
    package var methodName = ByteRange()
    /// `host[:port]` as the target has it.
    package var authority = ByteRange()
    /// Of the authority, without brackets.
    package var host = ByteRange()
    package var isIPv6Literal = false
    package var port: UInt16 = 0
    /// Path and query; may be empty or begin with `?`. Empty for CONNECT.
    package var pathAndQuery = ByteRange()
    /// The path alone.
    package var path = ByteRange()
    package var flags: HeadFlags = []
    package var contentLength: UInt64 = 0
    package var traceID: TraceID?
    /// How many more proxies may pass a TRACE or OPTIONS on; `nil` without limit, and for every other method.
    package var maxForwards: UInt32?

    package init() {}
}

/// A response head that has been read and found valid.
package struct ResponseHead: Sendable {
    /// Bytes up to behind the empty line.
    package var length = 0
    package var status: UInt16 = 0
    /// Status code and reason, without the version and the line's end.
    package var statusAndReason = ByteRange()
    package var flags: HeadFlags = []
    package var contentLength: UInt64 = 0

    package init() {}

    package var isInterim: Bool { status < 200 }
}

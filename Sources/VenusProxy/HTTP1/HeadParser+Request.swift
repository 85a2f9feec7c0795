import VenusCore

extension HeadParser {
    /// Reads a request head of this form from the first byte on. Empty lines before it are skipped (RFC 9112, section
    /// 2.2), at most ``maximumEmptyLines``.
    package static func parseRequest(
        _ bytes: Span<UInt8>, _ form: RequestForm = .absolute, limits: HeadLimits, fields: inout FieldTable
    ) -> HeadResult<RequestHead> {
        var head = RequestHead()
        let start = skipEmptyLines(bytes)
        switch readRequestLine(bytes, form, from: start, limits: limits, head: &head) {
        case .incomplete: return tooLarge(bytes, limits) ? .invalid(.headTooLarge) : .incomplete
        case .invalid(let fault): return .invalid(fault)
        case .complete(let end):
            var section = FieldSection()
            section.flags = head.flags
            switch readFields(bytes, from: end, isRequest: true, limits: limits, fields: &fields, into: &section) {
            case .incomplete: return tooLarge(bytes, limits) ? .invalid(.headTooLarge) : .incomplete
            case .invalid(let fault): return .invalid(fault)
            case .complete: break
            }
            guard section.end <= limits.headBytes else { return .invalid(.headTooLarge) }
            head.length = section.end
            head.flags = section.flags
            head.contentLength = section.contentLength
            if let value = section.traceparent { head.traceID = TraceContext.traceID(bytes, value) }
            if form == .origin, head.authority.isEmpty {
                guard let host = section.host else { return .invalid(.missingHost) }
                if let fault = takeAuthority(bytes, host, head: &head) { return .invalid(fault) }
            }
            if let fault = check(bytes, section, head) { return .invalid(fault) }
            if head.method == .trace || head.method == .options,
                let fault = MaxForwards.read(bytes, fields: &fields, into: &head)
            {
                return .invalid(fault)
            }
            if head.flags.contains(.hasUpgrade), ProtocolUpgrade.isOffered(bytes, fields, by: head) {
                head.flags.insert(.offersUpgrade)
            }
            if head.flags.isSuperset(of: [.version10, .expectsContinue]) {
                // Nobody of HTTP/1.0 waits for it (RFC 9110, section 10.1.1).
                head.flags.remove(.expectsContinue)
                fields.nominateAll(.expect)
            }
            return .complete(head)
        }
    }

    private static func tooLarge(_ bytes: Span<UInt8>, _ limits: HeadLimits) -> Bool { bytes.count >= limits.headBytes }

    static let maximumEmptyLines = 4

    private static func skipEmptyLines(_ bytes: Span<UInt8>) -> Int {
        var place = 0
        while place < 2 * maximumEmptyLines, place + 1 < bytes.count, bytes[place] == carriageReturn,
            bytes[place + 1] == lineFeed
        {
            place += 2
        }
        return place
    }

    /// The rules that need the whole head.
    private static func check(_ bytes: Span<UInt8>, _ section: FieldSection, _ head: RequestHead) -> HeadError? {
        if head.flags.contains(.chunked), head.flags.contains(.version10) { return .transferEncodingInHTTP10 }
        // What some would read as content, others would send into the tunnel (RFC 9110, section 9.3.6).
        if head.method == .connect, head.flags.contains(.chunked) || head.contentLength > 0 { return .contentOfConnect }
        guard let host = section.host else { return head.flags.contains(.version10) ? nil : .missingHost }
        // The same as the target's, which was read: nearly always.
        if ByteScan.areEqual(bytes, host, head.authority) { return nil }
        // The target wins over Host, but a Host that cannot be read is a sign of trouble (RFC 9112, section 3.2).
        return host.isEmpty || Authority(bytes, host) == nil ? .malformedHost : nil
    }

    /// Reads `METHOD TARGET HTTP/1.x CRLF`; the place behind it.
    private static func readRequestLine(
        _ bytes: Span<UInt8>, _ form: RequestForm, from start: Int, limits: HeadLimits, head: inout RequestHead
    ) -> HeadResult<Int> {
        var place = start
        while place < bytes.count, ByteClass.isToken(bytes[place]) { place &+= 1 }
        guard place - start <= HeadLimits.methodBytes else { return .invalid(.methodTooLong) }
        guard place < bytes.count else { return .incomplete }
        if bytes[place] == carriageReturn, place == start, bytes.count == start + 1 { return .incomplete }
        guard bytes[place] == UInt8(ascii: " "), place > start else { return .invalid(.malformedRequestLine) }
        head.methodName = ByteRange(start, place)
        head.method = Method.read(bytes, head.methodName)
        place += 1
        let target = place
        place = ByteScan.endOfVisible(bytes, from: place)
        guard place - target <= limits.targetBytes else { return .invalid(.targetTooLong) }
        guard place < bytes.count else { return .incomplete }
        guard bytes[place] == UInt8(ascii: " ") else {
            let isLineEnd = bytes[place] == carriageReturn || bytes[place] == lineFeed
            return .invalid(isLineEnd ? .malformedRequestLine : .malformedTarget)
        }
        let range = ByteRange(target, place)
        place += 1
        // "HTTP/1.1" and the line's end.
        guard bytes.count - place >= 10 else {
            for offset in place..<min(bytes.count, place + 8) {
                guard bytes[offset] > 0x20 else { return .invalid(.malformedRequestLine) }
            }
            return .incomplete
        }
        guard ByteScan.matches(bytes, at: place, "http/"), bytes[place] == UInt8(ascii: "H"),
            ByteClass.isDigit(bytes[place + 5]), bytes[place + 6] == UInt8(ascii: "."),
            ByteClass.isDigit(bytes[place + 7]), bytes[place + 1] & bytes[place + 2] & bytes[place + 3] & 0x20 == 0
        else { return .invalid(.malformedRequestLine) }
        guard bytes[place + 5] == UInt8(ascii: "1") else { return .invalid(.unsupportedVersion) }
        if bytes[place + 7] == UInt8(ascii: "0") { head.flags.insert(.version10) }
        guard bytes[place + 8] == carriageReturn, bytes[place + 9] == lineFeed else {
            return .invalid(.malformedRequestLine)
        }
        let fault = form == .origin ? readInnerTarget(bytes, range, &head) : readTarget(bytes, range, head: &head)
        if let fault { return .invalid(fault) }
        return .complete(place + 10)
    }

    /// Absolute form, or authority form for CONNECT (RFC 9112, section 3.2).
    private static func readTarget(_ bytes: Span<UInt8>, _ range: ByteRange, head: inout RequestHead) -> HeadError? {
        guard !range.isEmpty else { return .malformedTarget }
        if head.method == .connect {
            head.authority = range
            head.pathAndQuery = ByteRange(range.end, range.end)
            head.path = head.pathAndQuery
            return readAuthority(bytes, defaultPort: nil, head: &head)
        }
        let first = bytes[range.start]
        if first == UInt8(ascii: "/") || (first == UInt8(ascii: "*") && range.count == 1) { return .originForm }
        guard ByteScan.matches(bytes, at: range.start, "http://"), range.count > 7 else {
            return .unsupportedScheme
        }
        return readAbsolute(bytes, range, from: range.start + 7, defaultPort: 80, head: &head)
    }

    /// The target behind its scheme.
    static func readAbsolute(
        _ bytes: Span<UInt8>, _ range: ByteRange, from first: Int, defaultPort: UInt16, head: inout RequestHead
    ) -> HeadError? {
        var place = first
        let start = place
        while place < range.end, !isAuthorityEnd(bytes[place]) { place &+= 1 }
        head.authority = ByteRange(start, place)
        head.pathAndQuery = ByteRange(place, range.end)
        while place < range.end, bytes[place] != UInt8(ascii: "?") {
            if bytes[place] == UInt8(ascii: "#") { return .malformedTarget }
            place &+= 1
        }
        head.path = ByteRange(head.pathAndQuery.start, place)
        while place < range.end {
            if bytes[place] == UInt8(ascii: "#") { return .malformedTarget }
            place &+= 1
        }
        return readAuthority(bytes, defaultPort: defaultPort, head: &head)
    }

    private static func isAuthorityEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    static func readAuthority(_ bytes: Span<UInt8>, defaultPort: UInt16?, head: inout RequestHead) -> HeadError? {
        guard let authority = Authority(bytes, head.authority) else {
            for place in head.authority.start..<head.authority.end where bytes[place] == UInt8(ascii: "@") {
                return .userInformation
            }
            return .malformedAuthority
        }
        guard let port = authority.port ?? defaultPort else { return .missingPort }
        // An empty port is none (RFC 9110, section 4.2.3).
        if authority.port == nil, bytes[head.authority.end - 1] == UInt8(ascii: ":") {
            head.authority = ByteRange(head.authority.start, head.authority.end - 1)
        }
        head.host = authority.host
        head.isIPv6Literal = authority.isIPv6Literal
        head.port = port
        return nil
    }
}

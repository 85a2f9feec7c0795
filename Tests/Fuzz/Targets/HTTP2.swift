import VenusProxy

/// Any frames of a peer of HTTP/2, client or origin: what the loop reads of a stream is one message of HTTP/1.1, framed
/// as its head says, wherever the frames are cut; and nothing stays behind.
///
/// The first byte says who the peer is, whether the frames are made up or follow as they are, and where to cut them. A
/// frame that is made up: type, flags, stream, length, payload; with the type's bit 0x40 behind the fields that a
/// message begins with.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP2(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { input in
        guard let options = input.first else { return }
        let role: HTTP2Session.Role = options & 1 == 0 ? .server : .client
        let frames = options & 2 == 0 ? frames(input.dropFirst(), role) : Array(input.dropFirst())
        let preface = role == .server ? Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) : []
        let bytes = preface + frame(4, 0, 0, []) + frames
        let step = 1 + Int(options >> 2) * 3
        checkScanner(bytes, role, step: step)
        let whole = Conversation(role, bytes, step: bytes.count)
        let parts = Conversation(role, bytes, step: step)
        // nghttp2 counts a CONTINUATION once more for each piece in which its header comes, and breaks off at 8.
        // A connection that ends for an error may have read a frame more or less by then.
        if whole.excess == nil, !parts.isBroken, !whole.isOver, !parts.isOver {
            require(parts.excess == nil, "too much in parts, but not at once: \(input.quoted)")
            let (first, second) = (whole.messages.map(unframed), parts.messages.map(unframed))
            require(
                whole.areReset == parts.areReset
                    && zip(whole.areReset, zip(first, second)).allSatisfy { isReset, both in
                        // Of a stream that ends within a frame, the part before may have been read or not.
                        both.0 == both.1 || isReset && (both.0.starts(with: both.1) || both.1.starts(with: both.0))
                    },
                "the same in parts, \(first.map(\.quoted)) as \(second.map(\.quoted)): \(input.quoted)")
        }
        for message in whole.messages {
            if role == .server { checkRequest(message) } else { checkResponse(message) }
        }
    }
}

private func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), type, flags, 0, 0, 0, stream] + payload
}

private func frames(_ input: ArraySlice<UInt8>, _ role: HTTP2Session.Role) -> [UInt8] {
    // GET https://a.test/ and 200 (RFC 7541, appendix A).
    let first: [UInt8] = role == .server ? [0x82, 0x87, 0x84, 0x01, 0x06] + Array("a.test".utf8) : [0x88]
    var bytes: [UInt8] = []
    var rest = input
    while rest.count >= 4 {
        let (type, flags, stream, length) = (
            rest.removeFirst(), rest.removeFirst(), rest.removeFirst(), rest.removeFirst()
        )
        let payload = Array(rest.prefix(Int(length)))
        rest = rest.dropFirst(payload.count)
        bytes += frame(type & 0x1F, flags, stream, (type & 0x40 == 0 ? [] : first) + payload)
    }
    return bytes
}

private let time = SteadyTime(microseconds: 1_000_000)

/// The same is too much at once and in parts.
private func checkScanner(_ bytes: [UInt8], _ role: HTTP2Session.Role, step: Int) {
    var whole = HTTP2FrameScanner(bounds: HTTP2Bounds(), isServer: role == .server)
    var parts = whole
    let excess = whole.scan(bytes.span, at: time)
    var found: HTTP2FrameScanner.Excess?
    for start in stride(from: 0, to: bytes.count, by: step) where found == nil {
        found = parts.scan(bytes.span.extracting(start..<min(start + step, bytes.count)), at: time)
    }
    require(excess == found, "too much at once as in parts: \(bytes.quoted)")
}

/// What comes of the bytes: all of them first, then all that the loop does.
private struct Conversation {
    /// What was read of each stream.
    var messages: [[UInt8]] = []
    /// Whether it ended in a reset.
    var areReset: [Bool] = []
    /// Whether the connection is over when all was said.
    var isOver = false
    var excess: HTTP2FrameScanner.Excess?
    var isBroken = false

    init(_ role: HTTP2Session.Role, _ bytes: [UInt8], step: Int) {
        let session = HTTP2Session(role)
        let bounds = HTTP2Bounds()
        var keys: [Int32] = []
        var output: [UInt8] = []
        if role == .client {
            for _ in 0..<3 {
                let key = session.open()
                write(session, key, "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
                keys.append(key)
            }
            output = drain(session)
        }
        for start in stride(from: 0, to: bytes.count, by: max(1, step)) {
            bytes[start..<min(start + step, bytes.count)].withUnsafeBufferPointer { session.receive($0, at: time) }
        }
        while let key = session.nextOpened() { keys.append(key) }
        // What is reset is over once that is said.
        output += drain(session)
        isOver = session.isOver
        // A thousand at most have been reset by now, and are still to be looked at.
        require(session.streamCount <= Int(bounds.concurrentStreams) + 1_001, "streams are bounded")
        excess = session.excess
        isBroken = session.isBroken
        for key in keys {
            let (message, isReset) = read(session, key)
            messages.append(message)
            areReset.append(isReset)
            require(messages.last?.count ?? 0 <= bounds.inboundBytes + (96 << 10), "what waits is bounded")
        }
        if role == .server {
            for key in keys { write(session, key, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc") }
        }
        for key in keys { session.release(key) }
        output += drain(session)
        check(output, role, session)
        session.connectionEnded()
        while session.nextReady() != nil {}
        require(session.streamCount == 0, "nothing stays: \(bytes.quoted)")
    }

    /// What goes out are whole frames; a session that is ended says why.
    private func check(_ output: [UInt8], _ role: HTTP2Session.Role, _ session: HTTP2Session) {
        var place = role == .client ? 24 : 0
        var last: UInt8?
        while place + 9 <= output.count {
            let length = Int(output[place]) << 16 | Int(output[place + 1]) << 8 | Int(output[place + 2])
            if output[place + 3] == 7, place + 17 <= output.count { last = output[place + 16] }
            place += 9 + length
        }
        require(place == output.count, "whole frames go out")
        guard session.excess != nil else { return }
        require(session.isOver, "the end of what is too much")
        // ENHANCE_YOUR_CALM, or what was wrong already before it was too much.
        require(last != 0, "the end says why")
    }
}

/// The message with its content out of its chunks: how long these are depends on how the bytes came.
private func unframed(_ message: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = message[...]
    while let end = rest.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
        let head = Array(rest[..<end])
        result += head
        rest = rest[end...]
        if head.starts(with: Array("HTTP/1.1 1".utf8)) { continue }
        guard head.firstRange(of: Array("transfer-encoding: chunked\r\n".utf8)) != nil else { break }
        var content = Array(rest)
        var span = content.mutableSpan
        var decoder = BodyDecoder(.chunked)
        guard let (_, count) = decoder.unchunk(&span) else { break }
        return result + content[..<count] + (decoder.isComplete ? Array("end".utf8) : [])
    }
    return result + rest
}

@discardableResult
private func write(_ session: HTTP2Session, _ key: Int32, _ text: String) -> HTTP2Session.Acceptance {
    Array(text.utf8).withUnsafeBufferPointer { session.write(key, $0, at: time) }
}

private func read(_ session: HTTP2Session, _ key: Int32) -> (message: [UInt8], isReset: Bool) {
    var all: [UInt8] = []
    while true {
        var transfer = HTTP2Transfer.wouldBlock
        let part = [UInt8](unsafeUninitializedCapacity: 8_192) { memory, count in
            guard let first = memory.baseAddress else { return }
            transfer = session.read(key, into: first, capacity: memory.count)
            if case .moved(let some) = transfer { count = some }
        }
        guard case .moved = transfer else { return (all, transfer == .failed) }
        all += part
    }
}

private func drain(_ session: HTTP2Session) -> [UInt8] {
    var all: [UInt8] = []
    while true {
        let part = [UInt8](unsafeUninitializedCapacity: 8_192) { memory, count in
            count = session.send(into: memory, at: time)
        }
        if part.isEmpty { return all }
        all += part
    }
}

/// A request has the head of one, and behind it content as the head frames it: no byte that could be another request.
private func checkRequest(_ bytes: [UInt8]) {
    let result = withFields { HeadParser.parseRequest(bytes.span, .origin, limits: HeadLimits(), fields: &$0) }
    switch result {
    case .invalid: return
    case .incomplete: require(false, "a head has its end: \(bytes.quoted)")
    case .complete(let head):
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") }
        require(line.count { $0 == UInt8(ascii: " ") } == 2, "a request line of three words: \(bytes.quoted)")
        requireFramed(Array(bytes[head.length...]), .request(head), bytes)
    }
}

private func checkResponse(_ bytes: [UInt8]) {
    var rest = bytes
    while true {
        switch withFields({ HeadParser.parseResponse(rest.span, limits: HeadLimits(), fields: &$0) }) {
        case .invalid: return
        case .incomplete:
            return require(rest.isEmpty || rest.count > HeadLimits().headBytes, "a head has its end: \(bytes.quoted)")
        case .complete(let head):
            rest.removeFirst(head.length)
            if !head.isInterim { return requireFramed(rest, .response(head, to: .get), bytes) }
        }
    }
}

private func requireFramed(_ content: [UInt8], _ framing: BodyFraming, _ bytes: [UInt8]) {
    var decoder = BodyDecoder(framing)
    require(decoder.consume(content.span) == content.count, "content as its head says: \(bytes.quoted)")
}

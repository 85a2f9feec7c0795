import VenusCore
import VenusProxy

/// Any bytes as what an upstream proxy says, in SOCKS5 and in answer to a CONNECT: the way is open only where it says
/// so, no byte of the destination's is taken, and cuts change nothing. And any bytes as its `Proxy-Status`.
///
/// The first byte says whether a password was offered, and where to cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUpstreamProxies(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { input in
        guard let options = input.first else { return }
        let bytes = Array(input.dropFirst())
        let step = 1 + Int(options >> 1 & 31)
        checkSOCKS5(bytes, offersPassword: options & 1 == 1, step: step)
        checkConnect(bytes, step: step)
        checkStatus(bytes)
    }
}

// MARK: SOCKS5

private struct Talk: Equatable {
    var sent: [SOCKS5Request.Message] = []
    /// The last action: established, failed, or that more has to come.
    var end = SOCKS5StateMachine.Action.wait
    var left: [UInt8] = []
}

private func checkSOCKS5(_ bytes: [UInt8], offersPassword: Bool, step: Int) {
    let whole = talk(bytes, offersPassword, step: max(1, bytes.count))
    require(talk(bytes, offersPassword, step: step) == whole, "the same in parts: \(bytes.quoted)")
    require(plainTalk(bytes, offersPassword) == whole, "as RFC 1928 has it: \(bytes.quoted)")
    require(offersPassword || !whole.sent.contains(.authentication), "no password but one that was offered")
}

private func talk(_ bytes: [UInt8], _ offersPassword: Bool, step: Int) -> Talk {
    var machine = SOCKS5StateMachine(offersPassword: offersPassword)
    var talk = Talk()
    for start in stride(from: 0, to: bytes.count, by: step) {
        talk.left += bytes[start..<min(start + step, bytes.count)]
        var isWaiting = talk.end != .wait
        while !isWaiting {
            let (taken, action) = machine.received(talk.left.span)
            require(taken <= talk.left.count, "no more is taken than there is: \(bytes.quoted)")
            talk.left.removeFirst(taken)
            switch action {
            case .send(let message): talk.sent.append(message)
            case .wait: isWaiting = true
            case .established, .failed:
                talk.end = action
                isWaiting = true
                require(machine.received(talk.left.span) == (0, .wait), "the rest is not its own")
            }
        }
    }
    return talk
}

/// The simplest reader of all bytes at once.
private func plainTalk(_ bytes: [UInt8], _ offersPassword: Bool) -> Talk {
    var talk = Talk(left: bytes)
    func fail(_ error: ErrorType) -> Talk {
        talk.end = .failed(error)
        return talk
    }
    guard let version = bytes.first else { return talk }
    if version != 5 { return fail(.httpProtocolError) }
    guard bytes.count >= 2 else { return talk }
    switch (bytes[1], offersPassword) {
    case (0, _): break
    case (2, true):
        talk.sent = [.authentication]
        talk.left = Array(bytes[2...])
        guard bytes.count >= 4 else { return talk }
        if bytes[2] != 1 { return fail(.httpProtocolError) }
        if bytes[3] != 0 { return fail(.proxyConfigurationError) }
    case (0xFF, _): return fail(.proxyConfigurationError)
    default: return fail(.httpProtocolError)
    }
    talk.sent.append(.request)
    talk.left = Array(bytes[(bytes[1] == 0 ? 2 : 4)...])
    let reply = talk.left
    guard reply.count >= 2 else { return talk }
    if reply[0] != 5 { return fail(.httpProtocolError) }
    let refusals: [ErrorType] = [
        .destinationUnavailable, .httpRequestDenied, .destinationIPUnroutable, .destinationIPUnroutable,
        .connectionRefused, .connectionTimeout, .proxyConfigurationError, .proxyConfigurationError,
    ]
    if reply[1] != 0 { return fail(reply[1] <= 8 ? refusals[Int(reply[1]) - 1] : .destinationUnavailable) }
    guard reply.count >= 5 else { return talk }
    guard let address = [1: 4, 3: 1 + Int(reply[4]), 4: 16][reply[3]] else { return fail(.httpProtocolError) }
    guard reply.count >= 6 + address else { return talk }
    talk.left = Array(reply[(6 + address)...])
    talk.end = .established
    return talk
}

// MARK: CONNECT

private func checkConnect(_ bytes: [UInt8], step: Int) {
    var atOnce = ProxyConnectStateMachine()
    let whole = withFields { atOnce.received(bytes.span, known: 0, fields: &$0) }
    var machine = ProxyConnectStateMachine()
    var known = 0
    var action = ProxyConnectStateMachine.Action.wait
    while action == .wait, known < bytes.count {
        let count = min(known + step, bytes.count)
        action = withFields { machine.received(bytes.span.extracting(first: count), known: known, fields: &$0) }
        known = count
    }
    switch (whole, action) {
    case (.wait, .wait), (.failed, .wait), (.failed, .failed): break
    case (.established(let length), .established(let lengthInParts)):
        require(length == lengthInParts, "open at the same place: \(bytes.quoted)")
        require(length <= known && known - step < length, "open with its last byte: \(bytes.quoted)")
        requireOpen(bytes, length)
    default: require(false, "\(whole) at once, \(action) in parts: \(bytes.quoted)")
    }
    guard case .failed(_, let place?) = whole else { return }
    require(place.start < place.end && place.end <= bytes.count, "what it says stands in its answer: \(bytes.quoted)")
    require(!bytes[place.start..<place.end].contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }, "one line")
}

/// Up to `length` there are heads, of which the last says 2xx, and no other does.
private func requireOpen(_ bytes: [UInt8], _ length: Int) {
    var place = 0
    while place < length {
        let rest = Array(bytes[place...])
        guard
            case .complete(let head) = withFields({
                HeadParser.parseResponse(rest.span, limits: HeadLimits(), fields: &$0)
            })
        else { return require(false, "heads alone: \(bytes.quoted)") }
        place += head.length
        require((head.status / 100 == 2) == (place == length), "2xx opens the way: \(bytes.quoted)")
    }
    require(place == length, "the way begins behind a head: \(bytes.quoted)")
}

// MARK: Proxy-Status

private func checkStatus(_ bytes: [UInt8]) {
    if let told = error(of: bytes) {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        require(text.contains("error=" + told.name), "an error that stands there: \(bytes.quoted)")
    }
    var quoted = Array("p; details=\"".utf8)
    for byte in bytes {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
        quoted.append(byte)
    }
    quoted += Array("\"".utf8)
    require(error(of: quoted) == nil, "what is quoted says nothing: \(bytes.quoted)")
    require(error(of: quoted + Array("; error=dns_error".utf8)) == .dnsError, "what follows it does: \(bytes.quoted)")
    require(error(of: Array("p; error=dns_error, ".utf8) + bytes) == .dnsError, "the first of all: \(bytes.quoted)")
}

private func error(of value: [UInt8]) -> ErrorType? {
    ProxyStatus.errorType(value.span, ByteRange(0, value.count))
}

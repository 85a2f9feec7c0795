import VenusProxy

/// Any bytes as a request head: read whole and in parts, written anew, and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestHead(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        let whole = requireSameInParts(bytes, \RequestHead.length) { parse(bytes, upTo: $0) }
        checkAssembly(bytes, whole)
        guard case .complete(let head) = whole else { return }
        require(head.length <= bytes.count, "the end lies within the bytes")
        guard case .incomplete = parse(bytes, upTo: head.length - 1) else {
            return require(false, "complete before its end: \(bytes.quoted)")
        }
        checkForwarding(bytes)
    }
}

private func parse(_ bytes: [UInt8], upTo count: Int) -> HeadResult<RequestHead> {
    withFields { HeadParser.parseRequest(bytes.span.extracting(first: count), limits: HeadLimits(), fields: &$0) }
}

/// Byte by byte, reading only when it is worth it, the head is found with its last byte.
private func checkAssembly(_ bytes: [UInt8], _ whole: HeadResult<RequestHead>) {
    guard case .complete(let head) = whole, head.length <= 512 else { return }
    var assembly = HeadAssembly()
    for count in 1...head.length {
        let part = bytes.span.extracting(first: count)
        guard assembly.isWorthReading(part, known: count - 1, limit: HeadLimits().headBytes) else { continue }
        switch parse(bytes, upTo: count) {
        case .incomplete: assembly.wasIncomplete(count: count)
        case .complete: return require(count == head.length, "complete too early: \(bytes.quoted)")
        case .invalid(let fault): return require(false, "\(fault) in parts, but not at once: \(bytes.quoted)")
        }
    }
    require(false, "a head that has come is not read: \(bytes.quoted)")
}

/// What goes on says the same as what came, to a reader as strict as ours.
private func checkForwarding(_ bytes: [UInt8]) {
    var fields = FieldTable()
    guard case .complete(let head) = HeadParser.parseRequest(bytes.span, limits: HeadLimits(), fields: &fields),
        // A TRACE or OPTIONS that may go no further is answered here.
        head.method != .connect, head.maxForwards != 0
    else { return }
    let text = written(growingFrom: bytes.count) { sink, pseudonym in
        HeadSerializer.request(head, bytes.span, fields: fields, pseudonym: pseudonym, into: &sink)
    }
    let words = text.prefix { $0 != UInt8(ascii: "\r") }.split(
        separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    require(words.count == 3, "a request line of three words: \(text.quoted)")
    require(Array(words[0]) == bytes.slice(head.methodName), "the method goes on: \(text.quoted)")
    require(words[2].elementsEqual("HTTP/1.1".utf8), "in our version: \(text.quoted)")
    let target = Array(words[1])
    if head.path.isEmpty {
        require(target.first == UInt8(ascii: "/") || target == Array("*".utf8), "a target: \(text.quoted)")
    } else {
        require(target == bytes.slice(head.pathAndQuery), "path and query go on as they are: \(text.quoted)")
    }
    // In absolute form, to be read by the same parser.
    let path = target == Array("*".utf8) ? [] : target
    var copy = bytes.slice(head.methodName) + Array(" http://".utf8)
    copy += bytes.slice(head.authority)
    copy += path
    copy += text[(head.methodName.count + 1 + target.count)...]
    var fieldsAgain = FieldTable()
    var limits = HeadLimits()
    limits.headBytes = 1 << 20
    limits.targetBytes = 1 << 20
    guard case .complete(let again) = HeadParser.parseRequest(copy.span, limits: limits, fields: &fieldsAgain) else {
        return require(fields.count > HeadLimits().fields - 4, "what goes on is refused: \(text.quoted)")
    }
    require(again.length == copy.count, "what goes on ends with its head: \(text.quoted)")
    require(BodyFraming.request(again) == BodyFraming.request(head), "the framing stays: \(text.quoted)")
    require(again.method == head.method && again.port == head.port, "method and port stay: \(text.quoted)")
    require(copy.slice(again.host) == bytes.slice(head.host), "the host stays: \(text.quoted)")
    require(again.traceID == head.traceID || head.flags.contains(.nominates), "the trace stays: \(text.quoted)")
    require(again.maxForwards == head.maxForwards.map { $0 - 1 }, "one hop less: \(text.quoted)")
    let offers = again.flags.contains(.offersUpgrade)
    require(offers == head.flags.contains(.offersUpgrade), "an offered upgrade stays one: \(text.quoted)")
    let before = kept(bytes, fields)
    let after = kept(copy, fieldsAgain)
    require(after == before, "fields go on in their order: \(text.quoted)")
    var hosts = 0
    for place in 0..<fieldsAgain.count where fieldsAgain[place].name == .host {
        hosts += 1
        require(copy.slice(fieldsAgain[place].value) == bytes.slice(head.authority), "Host: \(text.quoted)")
    }
    require(hosts == 1, "one Host: \(text.quoted)")
}

import VenusProxy

/// Any bytes as a response head: read whole and in parts, written anew, and read again. The first byte says how.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzResponseHead(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { input in
        guard let options = input.first else { return }
        let bytes = Array(input.dropFirst())
        let whole = requireSameInParts(bytes, \ResponseHead.length) { parse(bytes, upTo: $0) }
        if case .complete = whole { checkForwarding(bytes, close: options & 1 == 1) }
    }
}

private func parse(_ bytes: [UInt8], upTo count: Int) -> HeadResult<ResponseHead> {
    withFields { HeadParser.parseResponse(bytes.span.extracting(first: count), limits: HeadLimits(), fields: &$0) }
}

/// What goes on says the same as what came, to a reader as strict as ours.
private func checkForwarding(_ bytes: [UInt8], close: Bool) {
    var fields = FieldTable()
    guard case .complete(let head) = HeadParser.parseResponse(bytes.span, limits: HeadLimits(), fields: &fields)
    else { return }
    let isChunked = head.flags.contains(.chunked)
    let text = written(growingFrom: bytes.count) { sink, pseudonym in
        HeadSerializer.response(
            head, bytes.span, fields: fields, options: .init(close: close, chunked: isChunked), pseudonym: pseudonym,
            date: HTTPDate(second: 784_111_777), into: &sink)
    }
    var fieldsAgain = FieldTable()
    var limits = HeadLimits()
    limits.headBytes = 1 << 20
    guard case .complete(let again) = HeadParser.parseResponse(text.span, limits: limits, fields: &fieldsAgain) else {
        return require(fields.count > HeadLimits().fields - 5, "what goes on is refused: \(text.quoted)")
    }
    require(again.length == text.count, "what goes on ends with its head: \(text.quoted)")
    require(again.status == head.status, "the status stays: \(text.quoted)")
    let reason = bytes.slice(head.statusAndReason)
    let reasonAgain = text.slice(again.statusAndReason)
    require(
        reasonAgain == (reason.count == 3 ? reason + Array(" ".utf8) : reason), "the reason stays: \(text.quoted)")
    for method in [Method.get, .head, .post, .connect] {
        let framing = BodyFraming.response(again, to: method)
        require(framing == BodyFraming.response(head, to: method), "the framing stays: \(text.quoted)")
    }
    require(!head.isInterim || !again.flags.contains(.close), "an interim response ends nothing: \(text.quoted)")
    require(head.isInterim || again.flags.contains(.close) == close, "the end is ours to say: \(text.quoted)")
    require(head.isInterim || again.flags.contains(.hasDate), "there is a Date: \(text.quoted)")
    var lengths = 0
    for place in 0..<fieldsAgain.count where fieldsAgain[place].name == .contentLength { lengths += 1 }
    require(lengths == 0 || !head.isInterim && head.status != 204, "no length without a body: \(text.quoted)")
    require(lengths <= 1, "one Content-Length: \(text.quoted)")
}

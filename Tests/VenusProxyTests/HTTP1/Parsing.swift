import VenusProxy

/// Reads a request head from text.
func parseRequest(_ text: String, limits: HeadLimits = HeadLimits()) -> HeadResult<RequestHead> {
    parseRequest(Array(text.utf8), limits: limits)
}

func parseRequest(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> HeadResult<RequestHead> {
    var fields = FieldTable()
    return HeadParser.parseRequest(bytes.span, limits: limits, fields: &fields)
}

/// Reads the head of a request inside an intercepted tunnel.
func parseInnerRequest(_ text: String) -> HeadResult<RequestHead> {
    var fields = FieldTable()
    return HeadParser.parseRequest(Array(text.utf8).span, .origin, limits: HeadLimits(), fields: &fields)
}

func parseResponse(_ text: String, limits: HeadLimits = HeadLimits()) -> HeadResult<ResponseHead> {
    parseResponse(Array(text.utf8), limits: limits)
}

func parseResponse(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> HeadResult<ResponseHead> {
    var fields = FieldTable()
    return HeadParser.parseResponse(bytes.span, limits: limits, fields: &fields)
}

extension HeadResult {
    var head: Head? { if case .complete(let head) = self { head } else { nil } }
    var fault: HeadError? { if case .invalid(let fault) = self { fault } else { nil } }
    var isIncomplete: Bool { if case .incomplete = self { true } else { false } }
}

extension String {
    /// The part of the text that a range names.
    subscript(range: ByteRange) -> String {
        String(decoding: Array(utf8)[range.start..<range.end], as: UTF8.self)
    }
}

/// The head that goes to the next hop for a request.
func forwarded(request text: String) -> String? {
    let bytes = Array(text.utf8)
    var fields = FieldTable()
    guard case .complete(let head) = HeadParser.parseRequest(bytes.span, limits: HeadLimits(), fields: &fields) else {
        return nil
    }
    return written { sink, pseudonym in
        HeadSerializer.request(head, bytes.span, fields: fields, pseudonym: pseudonym, into: &sink)
    }
}

/// The head that goes to the client for a response.
func forwarded(response text: String, close: Bool = false, chunked: Bool = false) -> String? {
    let bytes = Array(text.utf8)
    var fields = FieldTable()
    guard case .complete(let head) = HeadParser.parseResponse(bytes.span, limits: HeadLimits(), fields: &fields) else {
        return nil
    }
    return written { sink, pseudonym in
        HeadSerializer.response(
            head, bytes.span, fields: fields, options: .init(close: close, chunked: chunked), pseudonym: pseudonym,
            date: HTTPDate(second: 784_111_777), into: &sink)
    }
}

func written(
    capacity: Int = 200_000, _ write: (inout ByteSink, UnsafeBufferPointer<UInt8>) -> Void
) -> String? {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
    defer { memory.deallocate() }
    var sink = ByteSink(memory)
    Array("venus-test".utf8).withUnsafeBufferPointer { write(&sink, $0) }
    guard !sink.isOverflowing else { return nil }
    return String(decoding: memory.prefix(sink.count), as: UTF8.self)
}

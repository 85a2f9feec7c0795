import VenusProxy

/// Any bytes as a chunked body, cut where the first bytes say: following it, taking it apart, and a plain reader of
/// whole bodies find the same content and the same end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChunks(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { input in
        let cuts = input.prefix(4).map { Int($0 & 31) + 1 }
        let bytes = Array(input.dropFirst(4))
        var whole = BodyDecoder(.chunked)
        let taken = whole.consume(bytes.span)
        require(taken.map { $0 <= bytes.count } ?? true, "no more is taken than there is")
        require(
            taken == nil || whole.isComplete || taken == bytes.count, "what is not the end is taken: \(bytes.quoted)")

        let followed = follow(bytes, cuts)
        require((followed == nil) == (taken == nil), "broken in parts as at once: \(bytes.quoted)")
        let apart = takeApart(bytes, cuts)
        require((apart == nil) == (taken == nil), "taken apart as followed: \(bytes.quoted)")
        guard let taken, let followed, let apart else { return }
        require(followed.taken == taken && apart.taken == taken, "the end stays: \(bytes.quoted)")
        require(followed.decoder.isComplete == whole.isComplete, "complete in parts as at once: \(bytes.quoted)")
        require(apart.decoder.isComplete == whole.isComplete, "complete when taken apart: \(bytes.quoted)")
        require(followed.decoder.contentBytes == whole.contentBytes, "as much content: \(bytes.quoted)")
        require(UInt64(apart.content.count) == whole.contentBytes, "as much content: \(bytes.quoted)")
        guard whole.isComplete else { return }
        let plain = readPlainly(bytes)
        require(plain?.content == apart.content, "the content: \(bytes.quoted)")
        require(plain?.end == taken, "the end: \(bytes.quoted)")
    }
}

/// What came of a body in parts.
private struct Reading {
    var decoder = BodyDecoder(.chunked)
    var taken = 0
    var content: [UInt8] = []
}

private func follow(_ bytes: [UInt8], _ cuts: [Int]) -> Reading? {
    var reading = Reading()
    var turn = 0
    while reading.taken < bytes.count, !reading.decoder.isComplete {
        let end = min(bytes.count, reading.taken + cuts[turn % cuts.count])
        let part = Array(bytes[reading.taken..<end])
        guard let count = reading.decoder.consume(part.span) else { return nil }
        require(count > 0, "a part gets on: \(bytes.quoted)")
        reading.taken += count
        turn += 1
    }
    return reading
}

private func takeApart(_ bytes: [UInt8], _ cuts: [Int]) -> Reading? {
    var reading = Reading()
    var turn = 0
    while reading.taken < bytes.count, !reading.decoder.isComplete {
        let end = min(bytes.count, reading.taken + cuts[turn % cuts.count])
        var part = Array(bytes[reading.taken..<end])
        var span = part.mutableSpan
        guard let (count, content) = reading.decoder.unchunk(&span) else { return nil }
        require(count > 0 && content <= count, "a part gets on, and does not grow: \(bytes.quoted)")
        reading.content += part[..<content]
        reading.taken += count
        turn += 1
    }
    return reading
}

/// The content and the end of a whole body, read the simplest way; only asked where the decoder has found an end.
private func readPlainly(_ bytes: [UInt8]) -> (content: [UInt8], end: Int)? {
    var content: [UInt8] = []
    var rest = bytes[...]
    func line() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex,
            rest[end - 1] == UInt8(ascii: "\r")
        else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<(end - 1)]
    }
    while let head = line() {
        let digits = String(decoding: head.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        guard let size = Int(digits, radix: 16), size <= rest.count else { return nil }
        if size == 0 {
            while let trailer = line() {
                if trailer.isEmpty { return (content, rest.startIndex) }
            }
            return nil
        }
        content += rest.prefix(size)
        rest = rest.dropFirst(size)
        guard let end = line(), end.isEmpty else { return nil }
    }
    return nil
}

import VenusProxy

/// Any bytes as what a name server answers: an answer to another question is none, one that is cut tells no more than
/// it did, and what is told is bounded.
///
/// The first byte says what was asked for, and whether a header and the question stand before the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNames(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { input in
        guard let options = input.first else { return }
        let type: DNSMessage.RecordType = options & 1 == 0 ? .ipv4 : .ipv6
        guard let name = DNSName("api.example.com") else { return require(false, "a name") }
        var message = Array(input.dropFirst())
        if options & 2 == 0 {
            var start = DNSMessage.question(name, type, id: identifier)
            start[2] = 0x81
            start[3] = options >> 4
            start[7] = options >> 2 & 3
            message = start + message
        }
        check(message, name, type)
        checkNames(message)
        checkText(input)
    }
}

private let identifier: UInt16 = 0x1234

private func check(_ message: [UInt8], _ name: DNSName, _ type: DNSMessage.RecordType) {
    let answer = DNSMessage.answer(message.span, to: name, type, id: identifier)
    if answer != nil {
        let other: DNSMessage.RecordType = type == .ipv4 ? .ipv6 : .ipv4
        require(DNSMessage.answer(message.span, to: name, type, id: identifier + 1) == nil, "of another question")
        require(DNSMessage.answer(message.span, to: name, other, id: identifier) == nil, "of the other kind")
    }
    for cut in Fuzzing.cuts(message.count) {
        let part = DNSMessage.answer(message.span.extracting(first: cut), to: name, type, id: identifier)
        require(part == nil || part == .failed || part == answer, "cut at \(cut) it tells more: \(message.quoted)")
    }
    guard case .addresses(let addresses, let lifetime) = answer else { return }
    // A record of an address has 15 bytes at least: name, type, class, lifetime, length, data.
    require(addresses.count * 15 <= message.count, "no more addresses than there is room for: \(message.quoted)")
    require(addresses.allSatisfy { $0.isIPv6 == (type == .ipv6) }, "of the kind that was asked for")
    require(lifetime < 0x8000_0000, "a lifetime that means something: \(message.quoted)")
}

/// Names anywhere in the message: what is read is a name, and is read again as it is written.
private func checkNames(_ message: [UInt8]) {
    for start in Fuzzing.cuts(message.count) {
        var place = start
        guard let name = DNSName(message.span, at: &place) else { continue }
        require(place > start && place <= message.count, "behind the name: \(message.quoted)")
        requireSound(name)
    }
}

private func checkText(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let name = DNSName(text) else { return }
    requireSound(name)
    require(text.utf8.last == UInt8(ascii: ".") || name == DNSName(text + "."), "a final dot changes nothing")
    let question = DNSMessage.question(name, .ipv4, id: identifier)
    require(DNSMessage.answer(question.span, to: name, .ipv4, id: identifier) == nil, "a question is no answer")
    var answer = question
    answer[2] = 0x81
    require(
        DNSMessage.answer(answer.span, to: name, .ipv4, id: identifier) == .addresses([], lifetime: 0),
        "an answer without addresses: \(bytes.quoted)")
}

private func requireSound(_ name: DNSName) {
    require(name.bytes.count <= DNSName.maximumBytes && name.bytes.last == 0, "a name has an end: \(name)")
    var place = 0
    require(DNSName(name.bytes.span, at: &place) == name && place == name.bytes.count, "read as written: \(name)")
    // Lengths are below these.
    require(!name.bytes.contains { (0x41...0x5A).contains($0) }, "in lower case: \(name)")
}

import VenusProxy

/// Any bytes as the value of `Proxy-Authorization`, and as what a client puts into it: what is taken has one spelling.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCredentials(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        if let credentials = ProxyCredentials(bytes.span) {
            require(bytes.count <= ProxyCredentials.maximumBytes, "a value is bounded")
            require(!credentials.service.contains(UInt8(ascii: ":")), "a name has no colon: \(bytes.quoted)")
            let text = base64(credentials.service + Array(":".utf8) + credentials.key)
            let scheme = bytes.dropLast(text.count)
            require(Array(bytes.suffix(text.count)) == text, "one spelling of \(text.quoted): \(bytes.quoted)")
            require(
                scheme.count > 5 && scheme.dropFirst(5).allSatisfy { $0 == UInt8(ascii: " ") },
                "nothing between the scheme and what it holds: \(bytes.quoted)")
        }
        let value = Array("Basic ".utf8) + base64(bytes)
        let read = ProxyCredentials(value.span)
        guard value.count <= ProxyCredentials.maximumBytes, bytes.contains(UInt8(ascii: ":")) else {
            return require(read == nil, "no credentials: \(bytes.quoted)")
        }
        guard let read else { return require(false, "credentials: \(bytes.quoted)") }
        require(read.service + Array(":".utf8) + read.key == bytes, "what was written: \(bytes.quoted)")
    }
}

/// RFC 4648, section 4.
private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0..<4 {
            text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
        }
    }
    return text
}

import VenusProxy

/// Any bytes as `host[:port]`: what is taken has one meaning, and is taken again as it would be written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAuthority(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        guard let authority = Authority(bytes.span, ByteRange(0, bytes.count)) else { return }
        let host = bytes.slice(authority.host)
        require(!host.isEmpty && host.count <= Authority.maximumHostBytes, "a host: \(bytes.quoted)")
        for byte in host {
            let isAllowed = authority.isIPv6Literal ? byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") : false
            require(isAllowed || ByteClass.isHostName(byte), "only what a host may hold: \(bytes.quoted)")
        }
        require(authority.port != 0, "port 0 is none: \(bytes.quoted)")
        require(!bytes.contains(UInt8(ascii: "@")), "no user information: \(bytes.quoted)")
        if authority.isIPv6Literal {
            let text = String(decoding: host, as: UTF8.self)
            guard let address = IPAddress(text) else { return require(false, "an address: \(bytes.quoted)") }
            require(address.isIPv6, "an IPv6 address: \(bytes.quoted)")
            require(IPAddress(address.text) == address, "an address is read as it is written: \(bytes.quoted)")
        }
        var again = authority.isIPv6Literal ? Array("[".utf8) + host + Array("]".utf8) : host
        if let port = authority.port { again += Array(":\(port)".utf8) }
        guard let second = Authority(again.span, ByteRange(0, again.count)) else {
            return require(false, "taken once, refused as \(again.quoted)")
        }
        require(again.slice(second.host) == host && second.port == authority.port, "the same: \(again.quoted)")
    }
}

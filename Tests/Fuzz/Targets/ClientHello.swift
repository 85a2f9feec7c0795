import VenusProxy

/// Any bytes as the first that a TLS client says: read or not the same wherever they are cut, and what is told of them
/// is bounded and harmless.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzClientHello(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        let whole = reading(bytes)
        for cut in Fuzzing.cuts(bytes.count) {
            let part = reading(Array(bytes[..<cut]))
            require(part.result == .incomplete || part == whole, "more bytes change nothing: \(bytes.quoted)")
        }
        guard case .message(_, let count) = whole.result else { return }
        require(count <= TLSHandshakeMessage.maximumBytes, "a message is bounded")
        whole.body.withUnsafeBufferPointer { body in
            _ = ServerHello(body)
            guard let hello = ClientHello(body) else { return }
            require(hello.serverName.count <= HostName.maximumBytes, "a name is bounded")
            for byte in body[hello.serverName] {
                require(ByteClass.isHostName(byte), "only what a host may hold: \(bytes.quoted)")
            }
        }
    }
}

private struct Reading: Equatable {
    var result: TLSHandshakeMessage
    var body: [UInt8]
}

private func reading(_ stream: [UInt8]) -> Reading {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TLSHandshakeMessage.maximumBytes) { output in
        let result = stream.withUnsafeBufferPointer { TLSHandshakeMessage.read($0, into: output) }
        guard case .message(_, let count) = result else { return Reading(result: result, body: []) }
        return Reading(result: result, body: Array(output[..<count]))
    }
}

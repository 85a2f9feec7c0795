/// The first thing that the client of an intercepted tunnel says.
package enum InterceptedHello: Sendable, Hashable {
    /// More of it is needed.
    case incomplete
    /// It is no hello of TLS, or none that can be read: the tunnel goes on as it is.
    case other
    /// A client that offers to speak these.
    case hello(OfferedProtocols)

    /// Reads what has come so far. The message is put together in `output`, which has room for
    /// ``TLSHandshakeMessage/maximumBytes``.
    package static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> InterceptedHello {
        guard let first = bytes.first else { return .incomplete }
        guard first == TLSRecord.Content.handshake.rawValue, bytes.count == 1 || bytes[1] == 3 else { return .other }
        switch TLSHandshakeMessage.read(bytes, into: output) {
        case .incomplete: return bytes.count < TLSHandshakeMessage.maximumStreamBytes ? .incomplete : .other
        case .message(TLSHandshakeMessage.clientHello, let count):
            let hello = ClientHello(UnsafeBufferPointer(rebasing: output[..<count]))
            return hello.map { .hello($0.protocols) } ?? .other
        case .message, .unreadable: return .other
        }
    }
}

import NIOCore

/// Text messages as whole frames of a server (RFC 6455, section 5.2): final and unmasked, so the same for everybody.
enum WebSocketText {
    static func frame(_ message: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(message.count + 10)
        buffer.writeInteger(UInt8(0x81))
        switch message.count {
        case ..<126: buffer.writeInteger(UInt8(message.count))
        case ...Int(UInt16.max):
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(message.count))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(message.count))
        }
        buffer.writeBytes(message)
        return buffer
    }
}

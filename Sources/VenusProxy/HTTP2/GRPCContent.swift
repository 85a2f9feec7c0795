/// Recognises gRPC over HTTP/2 by the type of its content.
enum GRPCContent {
    /// Whether this is `application/grpc`, alone or with a subtype or parameters. That of gRPC-Web is another: its
    /// status is in the content.
    static func isType(_ value: some Collection<UInt8>) -> Bool {
        let type: StaticString = "application/grpc"
        let length = type.utf8CodeUnitCount
        var count = 0
        for byte in value {
            if count == length {
                return byte == UInt8(ascii: "+") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: " ")
            }
            guard ByteClass.lowercased(byte) == type.utf8Start[count] else { return false }
            count += 1
        }
        return count == length
    }
}

/// A TLS 1.3 ClientHello (RFC 8446, section 4.1.2) whose server name may be any bytes.
enum ClientGreeting {
    static func bytes(serverName: [UInt8]) -> [UInt8] {
        let name = [0] + counted(serverName)
        let versions: [UInt8] = [2, 3, 4]
        let extensions = [0, 0] + counted(counted(name)) + [0, 43] + counted(versions)
        let random = [UInt8](repeating: 7, count: 32)
        // No session, TLS_AES_128_GCM_SHA256, no compression.
        let hello = [3, 3] + random + [0, 0, 2, 0x13, 1, 1, 0] + counted(extensions)
        return [22, 3, 1] + counted([1, 0] + counted(hello))
    }

    /// With its length before it, in two bytes.
    private static func counted(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }
}

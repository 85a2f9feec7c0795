import CZlib

/// Whole files in the format of gzip (RFC 1952).
extension GZip {
    package enum Fault: Error, Sendable {
        case notGZip
        case tooLarge
    }

    /// Small rather than quick: it is kept. `nil` above ``maximumBytes``, or where zlib has no memory.
    package static func file(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count <= maximumBytes else { return nil }
        return deflate(bytes, level: 9)
    }

    /// What one file, whoever wrote it, holds: one member and nothing behind it.
    ///
    /// - Parameter maximumBytes: no more is ever made of it.
    package static func inflate(_ bytes: [UInt8], maximumBytes: Int) throws(Fault) -> [UInt8] {
        var stream = z_stream()
        guard venus_inflate_init_gzip(&stream) == Z_OK else { throw .notGZip }
        defer { inflateEnd(&stream) }
        var found: [UInt8] = []
        let outcome: Int32 = bytes.withUnsafeBufferPointer { input in
            // zlib only reads from it, though its type does not say so.
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            while true {
                var status = Z_OK
                let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    count = output.count - Int(stream.avail_out)
                }
                found += part
                if status != Z_OK || found.count > maximumBytes { return status }
            }
        }
        if found.count > maximumBytes { throw .tooLarge }
        guard outcome == Z_STREAM_END, stream.avail_in == 0 else { throw .notGZip }
        return found
    }
}

import CZlib

/// The content coding `gzip` (RFC 9110, 8.4.1.3).
package enum GZip {
    /// Below this many bytes it is not worth it.
    static let minimumBytes = 1_024
    /// Larger answers are sent as they are: compressing them would keep a core busy for seconds.
    static let maximumBytes = 64 << 20
    /// Fast: an answer lives for a second.
    private static let level: Int32 = 1

    /// `nil` where it is not worth it, or zlib has no memory.
    package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard (minimumBytes...maximumBytes).contains(bytes.count), let compressed = deflate(bytes, level: level) else {
            return nil
        }
        return compressed.count < bytes.count ? compressed : nil
    }

    /// - Parameter bytes: at most ``maximumBytes``.
    static func deflate(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        var stream = z_stream()
        guard venus_deflate_init_gzip(&stream, level) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var isWhole = false
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBufferPointer { input in
                // zlib only reads from it, though its type does not say so.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                isWhole = CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = output.count - Int(stream.avail_out)
            }
        }
        return isWhole ? compressed : nil
    }
}

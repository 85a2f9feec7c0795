/// The bytes of which test bodies are made: a period of 1,048,573 (a prime) random bytes, so that a piece that is lost,
/// doubled or swapped by any buffer shows in the ``Checksum``.
public enum BodyPattern {
    static let period: [UInt8] = {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        return [UInt8](unsafeUninitializedCapacity: 1_048_576) { space, count in
            let raw = UnsafeMutableRawBufferPointer(space)
            for word in 0..<131_072 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                raw.storeBytes(of: state ^ (state >> 33), toByteOffset: word * 8, as: UInt64.self)
            }
            count = 1_048_573
        }
    }()

    /// Hands on the first `count` bytes, in pieces of at most `piece`.
    public static func forEachPiece(
        of count: Int, piece: Int = 65_536, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try period.withUnsafeBytes { bytes in
            var done = 0
            while done < count {
                let start = done % bytes.count
                let size = min(piece, count - done, bytes.count - start)
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
                done += size
            }
        }
    }

    public static func bytes(_ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(count)
        forEachPiece(of: count) { all.append(contentsOf: $0) }
        return all
    }

    /// The checksum's value over the first `count` bytes.
    public static func checksum(_ count: Int) -> String {
        var checksum = Checksum()
        forEachPiece(of: count) { checksum.update($0) }
        return checksum.value
    }
}

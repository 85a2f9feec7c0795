extension BucketIndex {
    /// Writes the place of each duration: its bucket's index less ``lowest``. The same as ``index(microseconds:)`` of
    /// each, for a whole column: vector code guesses, by a polynomial for the logarithm that is never more than one
    /// bucket too low, and a compare with the bucket's own bound decides.
    ///
    /// - Precondition: `places` is as long as `microseconds`.
    package static func writePlaces(
        of microseconds: UnsafeBufferPointer<UInt32>, to places: UnsafeMutableBufferPointer<UInt16>
    ) {
        precondition(microseconds.count == places.count, "every duration has a place")
        let longest = Self.longest
        let whole = microseconds.count & ~7
        longest.withUnsafeBufferPointer { longest in
            var position = 0
            while position < whole {
                // Eight values from `position` on lie within both buffers: `whole` is a multiple of eight.
                let values = UnsafeRawPointer(microseconds.baseAddress! + position)
                    .loadUnaligned(as: SIMD8<UInt32>.self)
                let guesses = guess(values)
                for lane in 0..<8 {
                    let place = guesses[lane]
                    // A guess is a place, whatever the value (``guess(_:)``).
                    places[position + lane] = UInt16(
                        truncatingIfNeeded: values[lane] > longest[Int(place)] ? place &+ 1 : place)
                }
                position += 8
            }
        }
        for position in whole..<microseconds.count {
            places[position] = UInt16(truncatingIfNeeded: index(microseconds: microseconds[position]) - lowest)
        }
    }

    /// Of each place the longest whole microseconds that it holds; of the last all.
    private static let longest: [UInt32] = (0..<count).map { place in
        place == count - 1 ? .max : UInt32((lowerBound(lowest + place + 1) * 1_000_000).rounded(.down))
    }

    /// For each value its place or the one before, within 0 ..< ``count``.
    ///
    /// 64 · log2 of the mantissa is approximated by the quadratic polynomial that is at most 0.3162 away from it on
    /// [1, 2]. Half a bucket less, rounded down, that is the place or the one before it, with 0.18 of a bucket to spare
    /// for the rounding of numbers of 24 bits. A number is rounded by adding one so large that no bit remains for a
    /// fraction, and an integer made a number in the same way: SSE2 has neither for unsigned integers.
    @inline(__always)
    private static func guess(_ microseconds: SIMD8<UInt32>) -> SIMD8<UInt32> {
        let low = number((microseconds & 0xFFFF) | 0x4B00_0000)  // 2^23 + the lower half
        let high = number((microseconds &>> 16) | 0x5300_0000)  // 2^39 + 2^16 · the upper half
        var seconds = ((high - 549_764_202_496) + low) * 1e-6
        // Values beyond the ends keep to them: 1 µs itself lies below this, in the same bucket.
        seconds.replace(with: shortestSeconds, where: seconds .< shortestSeconds)
        seconds.replace(with: longestSeconds, where: seconds .> longestSeconds)
        let bits = unsafeBitCast(seconds, to: SIMD8<UInt32>.self)
        let mantissa = number((bits & 0x007F_FFFF) | 0x3F80_0000)
        let fraction = (mantissa * -22.0702997 + 129.5786099) * mantissa + (-107.1921655 - 1)
        let rounded = unsafeBitCast(fraction + 12_582_912, to: SIMD8<UInt32>.self)  // 2^23 + 2^22
        return ((bits &>> 17) & 0xFFFF_FFC0) &+ rounded &- bias
    }

    @inline(__always)
    private static func number(_ bits: SIMD8<UInt32>) -> SIMD8<Float> {
        unsafeBitCast(bits, to: SIMD8<Float>.self)
    }

    private static let shortestSeconds: Float = 1.006e-6
    private static let longestSeconds: Float = 3_600
    /// The exponent's bias in 64ths, the number added to round, and the lowest index.
    private static let bias = UInt32(bitPattern: Int32(127 * 64 + 0x4B40_0000 + lowest))
}

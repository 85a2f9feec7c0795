extension BucketIndex {
    /// Writes the place of each duration: its bucket's index less ``lowest``. The same as ``index(microseconds:)`` of
    /// each, for a whole column: vector code makes the durations numbers of 24 bits, of which the exponent and the first
    /// seven bits behind the point name the lowest place that it can be, and a compare with the bucket's own bound
    /// decides.
    ///
    /// - Precondition: `places` is as long as `microseconds`.
    package static func writePlaces(
        of microseconds: UnsafeBufferPointer<UInt32>, to places: UnsafeMutableBufferPointer<UInt16>
    ) {
        precondition(microseconds.count == places.count, "every duration has a place")
        let count = microseconds.count
        let tables = tables
        tables.longest.withUnsafeBufferPointer { longest in
            tables.guesses.withUnsafeBufferPointer { guesses in
                guard count >= 8 else {
                    for position in 0..<count {
                        let value = microseconds[position]
                        let key = SIMD8<UInt32>(repeating: value).numberBits[0] &>> 16
                        places[position] = place(of: value, guess: guesses[Int(key)], longest)
                    }
                    return
                }
                var position = 0
                while position < count {
                    // The last eight may take in some that are written already: the same is written again.
                    position = min(position, count - 8)
                    // Eight values from `position` on lie within both buffers.
                    let keys =
                        UnsafeRawPointer(microseconds.baseAddress! + position)
                        .loadUnaligned(as: SIMD8<UInt32>.self).numberBits &>> 16
                    for lane in 0..<8 {
                        // There is a guess for each key (``guesses``).
                        places[position + lane] = place(
                            of: microseconds[position + lane], guess: guesses[Int(keys[lane])], longest)
                    }
                    position += 8
                }
            }
        }
    }

    /// - Parameter guess: the place of the value or the one before.
    @inline(__always)
    private static func place(of value: UInt32, guess: UInt16, _ longest: UnsafeBufferPointer<UInt32>) -> UInt16 {
        value > longest[Int(guess)] ? guess &+ 1 : guess
    }

    private static let tables = (
        // Of each place the longest whole microseconds that it holds; of the last all.
        longest: (0..<count).map { place in
            place == count - 1 ? UInt32.max : UInt32((lowerBound(lowest + place + 1) * 1_000_000).rounded(.down))
        },
        // For the upper 16 bits of every number that whole microseconds have: the place of the shortest of those that
        // begin so. They lie within a 128th of each other, and a little more, because a duration of more than 24 bits
        // may have been rounded up; buckets are wider than that, so that the place of each is this or the next.
        guesses: (0...Float(UInt32.max).bitPattern >> 16).map { key in
            let shortest = UInt64(Float(bitPattern: key << 16))
            return UInt16(index(microseconds: UInt32(shortest - shortest >> 24)) - lowest)
        }
    )
}

extension SIMD8<UInt32> {
    /// The bits of the numbers that are nearest to these, of 24 bits. SSE2 makes none of unsigned integers: each half is
    /// made one by what stands before it in a number so large that no bit remains for a fraction, and both are added,
    /// which rounds once.
    @inline(__always)
    fileprivate var numberBits: SIMD8<UInt32> {
        let low = unsafeBitCast((self & 0xFFFF) | 0x4B00_0000, to: SIMD8<Float>.self)  // 2^23 + the lower half
        let high = unsafeBitCast((self &>> 16) | 0x5300_0000, to: SIMD8<Float>.self)  // 2^39 + 2^16 · the upper half
        return unsafeBitCast((high - 549_764_202_496) + low, to: SIMD8<UInt32>.self)
    }
}

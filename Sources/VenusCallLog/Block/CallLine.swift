public import VenusCore

/// One call as a line of the `calls` field: tab-separated integers, empty where unknown.
///
/// Columns: operation (line in `operations`, from 0), start − t0, duration, outcome, status, error type, the phases in
/// the order of ``Phase``, bytes sent, bytes received, flags, trace id (32 hexadecimal digits). Times in microseconds.
public enum CallLine {
    public static let columns = 16
    /// No line is longer, its newline included.
    public static let maximumBytes = 256

    /// Writes the line without a newline and returns its length. Allocates nothing.
    ///
    /// - Parameters:
    ///   - operation: line of the call's operation in the block.
    ///   - offset: microseconds from the block's `t0` to the call's start.
    ///   - output: room for ``maximumBytes``.
    public static func write(
        _ call: Call, operation: Int, offset: UInt64, to output: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var end = DigitWriter.write(UInt64(operation), to: output)
        end = column(offset, at: end)
        end = column(UInt64(call.duration), at: end)
        end = column(UInt64(call.outcome.rawValue), at: end)
        end = call.status == 0 ? empty(at: end) : column(UInt64(call.status), at: end)
        if let errorType = call.errorType {
            end = column(UInt64(errorType.rawValue), at: end)
        } else {
            end = empty(at: end)
        }
        end = phase(call.phases[.blocked], at: end)
        end = phase(call.phases[.dns], at: end)
        end = phase(call.phases[.connect], at: end)
        end = phase(call.phases[.tls], at: end)
        end = phase(call.phases[.ttfb], at: end)
        end = phase(call.phases[.transfer], at: end)
        end = column(call.bytesSent, at: end)
        end = column(call.bytesReceived, at: end)
        end = column(UInt64(call.flags.rawValue), at: end)
        end = empty(at: end)
        if let traceID = call.traceID {
            end = DigitWriter.writeHexadecimal(traceID.high, to: end)
            end = DigitWriter.writeHexadecimal(traceID.low, to: end)
        }
        return end - output
    }

    private static func column(_ value: UInt64, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        place.pointee = UInt8(ascii: "\t")
        return DigitWriter.write(value, to: place + 1)
    }

    private static func phase(_ value: UInt32?, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        guard let value else { return empty(at: place) }
        return column(UInt64(value), at: place)
    }

    private static func empty(at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        place.pointee = UInt8(ascii: "\t")
        return place + 1
    }
}

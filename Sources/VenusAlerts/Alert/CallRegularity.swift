/// Whether a subject that is called all day has fallen silent: calls in at least 90 % of the minutes of 24 hours, the
/// last of which had the last call, and none since. 200 bytes a subject.
public struct CallRegularity: Sendable, Hashable, Codable {
    /// Minutes that are looked at.
    public static let minutes: Int64 = 1_440
    /// Of which so many must have calls: 90 %.
    public static let busyMinutes = 1_296

    /// A bit for each minute of the 24 hours, at its number modulo ``minutes``.
    private var bits = [UInt64](repeating: 0, count: 23)
    /// The minute of the last call, since the epoch.
    private var lastMinute: Int64?
    /// Second of the last call.
    public private(set) var lastCall: Int64?

    public init() {}

    /// A call ended at `second` (since the epoch), or some did. Late calls count, in any order.
    public mutating func note(callAt second: Int64) {
        let minute = second >= 0 ? second / 60 : (second - 59) / 60
        guard let last = lastMinute else {
            set(minute, true)
            lastMinute = minute
            lastCall = second
            return
        }
        let (ahead, overflow) = minute.subtractingReportingOverflow(last)
        guard !overflow, ahead > -Self.minutes else { return }
        if ahead >= Self.minutes {
            for place in bits.indices { bits[place] = 0 }
        } else if ahead > 1 {
            for skipped in (last + 1)..<minute { set(skipped, false) }
        }
        set(minute, true)
        lastMinute = max(last, minute)
        lastCall = max(lastCall ?? second, second)
    }

    /// Minutes with calls among the 24 hours that end with the last call's.
    public var busy: Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether it is silent now.
    ///
    /// - Parameter limit: seconds without a call.
    public func isSilent(at now: Int64, for limit: Int64) -> Bool {
        guard let lastCall else { return false }
        let (quiet, overflow) = now.subtractingReportingOverflow(lastCall)
        return !overflow && quiet >= limit && busy >= Self.busyMinutes
    }

    private mutating func set(_ minute: Int64, _ isBusy: Bool) {
        let place = Int(((minute % Self.minutes) + Self.minutes) % Self.minutes)
        let bit: UInt64 = 1 << UInt64(place & 63)
        if isBusy { bits[place >> 6] |= bit } else { bits[place >> 6] &= ~bit }
    }

    private enum CodingKeys: String, CodingKey { case bits, lastMinute, lastCall }

    /// What is stored is believed only as far as it makes sense.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let stored = try container.decode([UInt64].self, forKey: .bits)
        guard stored.count == bits.count, stored[22] >> 32 == 0 else {
            throw DecodingError.dataCorruptedError(forKey: .bits, in: container, debugDescription: "not 1,440 minutes")
        }
        bits = stored
        lastMinute = try container.decodeIfPresent(Int64.self, forKey: .lastMinute)
        lastCall = try container.decodeIfPresent(Int64.self, forKey: .lastCall)
    }
}

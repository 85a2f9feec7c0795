/// How many calls failed with which HTTP status: those whose outcome is a client or a server error, and whose status
/// says so (``range``). Empty without such calls, and then without an allocation.
///
/// Bound: a count for each of the 200 statuses in the range.
public struct ErrorStatuses: Sendable, Hashable {
    /// RFC 9110, section 15: what is answered where a call failed.
    public static let range: ClosedRange<UInt16> = 400...599

    private struct Entry: Sendable, Hashable {
        var status: UInt16
        var count: UInt64
    }

    /// By status, ascending; no count is 0.
    private var entries: [Entry] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// Whether a call with this outcome and status is counted.
    public static func counts(_ outcome: Outcome, _ status: UInt16) -> Bool {
        (outcome == .clientError || outcome == .serverError) && range.contains(status)
    }

    public subscript(status: UInt16) -> UInt64 {
        let place = place(of: status)
        return place < entries.count && entries[place].status == status ? entries[place].count : 0
    }

    /// Adds calls that ended with a status of the ``range``; others are not counted.
    public mutating func add(_ status: UInt16, count: UInt64 = 1) {
        guard count > 0, Self.range.contains(status) else { return }
        let place = place(of: status)
        if place < entries.count, entries[place].status == status {
            entries[place].count += count
        } else {
            entries.insert(Entry(status: status, count: count), at: place)
        }
    }

    mutating func merge(_ other: ErrorStatuses) {
        guard !other.isEmpty else { return }
        if isEmpty {
            entries = other.entries
        } else {
            for entry in other.entries { add(entry.status, count: entry.count) }
        }
    }

    /// Takes away what was merged before.
    mutating func subtract(_ other: ErrorStatuses) {
        guard !other.isEmpty else { return }
        for entry in other.entries {
            let place = place(of: entry.status)
            precondition(
                place < entries.count && entries[place].status == entry.status, "nothing is there to take from")
            entries[place].count -= entry.count
            if entries[place].count == 0 { entries.remove(at: place) }
        }
    }

    /// Where the status stands, or would.
    private func place(of status: UInt16) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].status < status { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension ErrorStatuses: ExpressibleByDictionaryLiteral {
    /// Those outside of the ``range`` are left out; the counts of one that is named twice are added.
    public init(dictionaryLiteral elements: (UInt16, UInt64)...) {
        for (status, count) in elements { add(status, count: count) }
    }
}

// MARK: - Encoding

extension ErrorStatuses {
    /// The stored form: the number of statuses, and for each its distance from the one before, the first from that
    /// below the ``range``, and its count.
    public func encode(into writer: inout ByteWriter) {
        writer.append(UInt64(entries.count))
        var previous = Self.range.lowerBound - 1
        for entry in entries {
            writer.append(UInt64(entry.status - previous))
            writer.append(entry.count)
            previous = entry.status
        }
    }

    public init(from reader: inout ByteReader) throws(EncodingError) {
        let count = try reader.readNumber()
        guard count <= UInt64(Self.range.count) else { throw .corrupt }
        var status = Self.range.lowerBound - 1
        for _ in 0..<count {
            let distance = try reader.readNumber()
            guard distance > 0, distance <= UInt64(Self.range.upperBound - status) else { throw .corrupt }
            status += UInt16(distance)
            let calls = try reader.readNumber()
            guard calls > 0, calls <= KPITotals.maximumStoredCount else { throw .corrupt }
            entries.append(Entry(status: status, count: calls))
        }
    }

    /// The form of a column of its own: nothing where there are none.
    public var encoded: [UInt8] {
        guard !isEmpty else { return [] }
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }

    public init(encoded: [UInt8]) throws(EncodingError) {
        self.init()
        guard !encoded.isEmpty else { return }
        var reader = ByteReader(encoded)
        self = try ErrorStatuses(from: &reader)
        guard reader.isAtEnd else { throw .corrupt }
    }
}

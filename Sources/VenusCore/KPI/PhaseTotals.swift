/// Sum and count of each phase, at ``Phase``'s raw value; without an object of its own.
public struct PhaseTotals: Sendable, Hashable, RandomAccessCollection, MutableCollection {
    /// Microseconds in a phase, and how many calls had it.
    public struct Element: Sendable, Hashable {
        public var sum: UInt64 = 0
        public var count: UInt64 = 0

        public init(sum: UInt64 = 0, count: UInt64 = 0) {
            self.sum = sum
            self.count = count
        }
    }

    private var totals: InlineArray<6, Element>

    public init() {
        totals = InlineArray(repeating: Element())
        precondition(totals.count == Phase.allCases.count, "every phase has its place")
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { totals.count }

    public subscript(place: Int) -> Element {
        get { totals[place] }
        set { totals[place] = newValue }
    }

    mutating func merge(_ other: PhaseTotals) {
        for place in totals.indices {
            totals[place].sum &+= other.totals[place].sum
            totals[place].count += other.totals[place].count
        }
    }

    /// - Precondition: `other` is part of these.
    mutating func subtract(_ other: PhaseTotals) {
        for place in totals.indices {
            totals[place].sum &-= other.totals[place].sum
            totals[place].count -= other.totals[place].count
        }
    }

    public static func == (one: PhaseTotals, other: PhaseTotals) -> Bool { one.elementsEqual(other) }

    public func hash(into hasher: inout Hasher) { for total in self { hasher.combine(total) } }
}

/// What a slot of a ``SlotTable`` holds.
protocol Slotted {
    init()
}

/// A growing table of plain values at stable addresses, so that a connection is a number and a pointer, and costs no
/// reference counting. Confined to its loop's thread.
struct SlotTable<Element: Slotted>: ~Copyable {
    private static var chunk: Int { 256 }

    /// Slots in use.
    private(set) var count = 0
    private var chunks: [UnsafeMutablePointer<Element>] = []
    private var generations: [UInt32] = []
    private var free: [Int32] = []
    private var used: [Bool] = []

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Slots there are, used or free.
    var capacity: Int { used.count }

    /// Takes a free slot, initialised.
    mutating func take() -> Int32 {
        if free.isEmpty { grow() }
        let slot = free.removeLast()
        used[Int(slot)] = true
        count += 1
        self[slot].initialize(to: Element())
        return slot
    }

    /// Gives a slot back; its generation moves on, so that what was meant for the one before is not taken for the next.
    mutating func release(_ slot: Int32) {
        precondition(used[Int(slot)], "a slot given back twice")
        used[Int(slot)] = false
        generations[Int(slot)] = (generations[Int(slot)] &+ 1) & 0x1FFF_FFFF
        count -= 1
        free.append(slot)
    }

    func isUsed(_ slot: Int32) -> Bool { used[Int(slot)] }

    /// 29 bits that differ from those of the slot's earlier uses.
    func generation(of slot: Int32) -> UInt32 { generations[Int(slot)] }

    subscript(slot: Int32) -> UnsafeMutablePointer<Element> {
        @inline(__always) get {
            let index = Int(slot)
            return chunks[index / Self.chunk] + index % Self.chunk
        }
    }

    private mutating func grow() {
        let first = chunks.count * Self.chunk
        chunks.append(.allocate(capacity: Self.chunk))
        generations.append(contentsOf: repeatElement(0, count: Self.chunk))
        used.append(contentsOf: repeatElement(false, count: Self.chunk))
        free.reserveCapacity(first + Self.chunk)
        for slot in stride(from: first + Self.chunk - 1, through: first, by: -1) { free.append(Int32(slot)) }
    }
}

/// What epoll hands back with an event: which slot of which table, and which use of it.
struct EventToken {
    enum Kind: UInt64 {
        case listener = 0
        case mailbox = 1
        case client = 2
        case upstream = 3
        case timer = 4
    }

    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ kind: Kind, slot: Int32 = 0, generation: UInt32 = 0) {
        rawValue = kind.rawValue << 61 | UInt64(generation & 0x1FFF_FFFF) << 32 | UInt64(UInt32(bitPattern: slot))
    }

    /// Three bits; the tokens are our own, so that they hold no other value.
    var kind: Kind {
        switch rawValue >> 61 {
        case 0: .listener
        case 1: .mailbox
        case 2: .client
        case 3: .upstream
        default: .timer
        }
    }
    var slot: Int32 { Int32(truncatingIfNeeded: rawValue) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & 0x1FFF_FFFF }
}

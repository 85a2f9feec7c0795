/// The fields that mean something to a proxy; every other is passed on as it is.
package enum FieldName: UInt8, Sendable {
    case other
    case connection
    case contentLength
    case date
    case expect
    case host
    case keepAlive
    case maxForwards
    case proxyAuthorization
    case proxyConnection
    case te
    case traceparent
    case transferEncoding
    case upgrade
    case via

    /// The name at `offset`, `length` bytes long.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at offset: Int, length: Int) -> FieldName {
        switch length {
        case 2: ByteScan.matches(bytes, at: offset, "te") ? .te : .other
        case 3: ByteScan.matches(bytes, at: offset, "via") ? .via : .other
        case 4:
            ByteScan.matches(bytes, at: offset, "host")
                ? .host : ByteScan.matches(bytes, at: offset, "date") ? .date : .other
        case 6: ByteScan.matches(bytes, at: offset, "expect") ? .expect : .other
        case 7: ByteScan.matches(bytes, at: offset, "upgrade") ? .upgrade : .other
        case 10:
            ByteScan.matches(bytes, at: offset, "connection")
                ? .connection : ByteScan.matches(bytes, at: offset, "keep-alive") ? .keepAlive : .other
        case 11: ByteScan.matches(bytes, at: offset, "traceparent") ? .traceparent : .other
        case 12: ByteScan.matches(bytes, at: offset, "max-forwards") ? .maxForwards : .other
        case 14: ByteScan.matches(bytes, at: offset, "content-length") ? .contentLength : .other
        case 16: ByteScan.matches(bytes, at: offset, "proxy-connection") ? .proxyConnection : .other
        case 17: ByteScan.matches(bytes, at: offset, "transfer-encoding") ? .transferEncoding : .other
        case 19: ByteScan.matches(bytes, at: offset, "proxy-authorization") ? .proxyAuthorization : .other
        default: .other
        }
    }
}

/// One field line of a head, by offsets.
package struct Field: Sendable {
    package var name = FieldName.other
    /// Whether the message's Connection field names it, so that it ends here.
    package var isNominated = false
    /// Whether it goes on written anew from name and value: others might read the line as it stands differently.
    package var isRewritten = false
    package var nameLength: UInt32 = 0
    /// From the name's first byte to behind the line's end.
    package var line = ByteRange()
    /// Without the white space around it, and a length without the zeros before it.
    package var value = ByteRange()

    package init() {}
}

/// The fields of the head that was read last: one table a loop, used again for every message.
package struct FieldTable: ~Copyable {
    /// Those of the largest head that is taken in, and those that this proxy adds.
    package static let capacity = 264

    package private(set) var count = 0
    private let storage: UnsafeMutablePointer<Field>

    package init() {
        storage = .allocate(capacity: Self.capacity)
        storage.initialize(repeating: Field(), count: Self.capacity)
    }

    deinit { storage.deallocate() }

    package mutating func removeAll() { count = 0 }

    @inline(__always)
    package mutating func append(_ field: Field) {
        precondition(count < Self.capacity, "the parser lets no more fields through")
        storage[count] = field
        count &+= 1
    }

    package subscript(index: Int) -> Field {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            return storage[index]
        }
    }

    /// Marks a field as one that ends here.
    package mutating func nominate(_ index: Int) {
        precondition(index >= 0 && index < count)
        storage[index].isNominated = true
    }

    /// Marks all fields of a name as ones that end here.
    package mutating func nominateAll(_ name: FieldName) {
        for index in 0..<count where storage[index].name == name { storage[index].isNominated = true }
    }
}

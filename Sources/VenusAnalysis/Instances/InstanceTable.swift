package import VenusCore

/// A number for each service instance that had a call within the last hour. Numbers are used again after
/// ``removeAll(unless:)``.
///
/// Bounded: what comes beyond is counted under its service's `_overflow`, of which there are as many as the
/// ``KeyTable`` lets services be.
package struct InstanceTable: Sendable {
    private let limit: Int
    private var numbers: [InstanceKey: Int32] = [:]
    private var keys: [InstanceKey?] = []
    private var free: [Int32] = []

    package init(limit: Int) { self.limit = limit }

    package var count: Int { numbers.count }

    package subscript(number: Int32) -> InstanceKey {
        guard let key = keys[Int(number)] else { preconditionFailure("a number is used after its removal") }
        return key
    }

    /// The number of an instance, or of the `_overflow` that stands for it.
    ///
    /// - Parameter key: its environment and service are among those that the ``KeyTable`` knows.
    package mutating func number(of key: InstanceKey) -> Int32 {
        if let number = numbers[key] { return number }
        var key = key
        if numbers.count >= limit || key.instance.utf8.count > KeyTable.maximumNameBytes {
            key.instance = KeyTable.overflow
            if let number = numbers[key] { return number }
        }
        let number = free.popLast() ?? Int32(keys.count)
        if Int(number) == keys.count { keys.append(nil) }
        keys[Int(number)] = key
        numbers[key] = number
        return number
    }

    /// Forgets the instances that are not in use any more.
    package mutating func removeAll(unless isInUse: (Int32) -> Bool) {
        for place in keys.indices {
            guard let key = keys[place], !isInUse(Int32(place)) else { continue }
            keys[place] = nil
            numbers[key] = nil
            free.append(Int32(place))
        }
    }

    /// The instances in use, in no order.
    package var inUse: [(number: Int32, key: InstanceKey)] {
        keys.enumerated().compactMap { number, key in key.map { (Int32(number), $0) } }
    }
}

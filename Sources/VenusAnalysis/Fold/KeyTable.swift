package import VenusCore

/// A number for each operation and edge that had a call within the last hour, so that the fold and the windows work on
/// array places instead of names. Numbers are used again after ``removeAll(unless:)``.
///
/// Bounded: what comes beyond the bounds is counted under `_overflow`, and still adds up at the coarser levels.
package struct KeyTable: Sendable {
    package static let overflow = "_overflow"
    /// Longer names are counted under `_overflow` too: the store would cut them.
    package static let maximumNameBytes = 512

    package struct Bounds: Sendable, Hashable {
        package var operationsPerEdge: Int
        package var services: Int
        package var operations: Int

        package init(operationsPerEdge: Int = 200, services: Int = 500, operations: Int = 50_000) {
            self.operationsPerEdge = operationsPerEdge
            self.services = services
            self.operations = operations
        }
    }

    /// A series in use.
    package struct Entry: Sendable {
        package var key: SeriesKey
        /// The number of an operation's edge; of an edge its own.
        package var edge: Int32
    }

    private let bounds: Bounds
    private var numbers: [SeriesKey: Int32] = [:]
    private var entries: [Entry?] = []
    private var free: [Int32] = []
    private var operationCount = 0
    /// How many series in use each service has, and each edge's number has operations.
    private var seriesOfService: [SeriesKey: Int] = [:]
    private var operationsOfEdge: [Int32: Int] = [:]

    package init(bounds: Bounds = Bounds()) { self.bounds = bounds }

    package var count: Int { numbers.count }

    package subscript(number: Int32) -> Entry {
        guard let entry = entries[Int(number)] else { preconditionFailure("a number is used after its removal") }
        return entry
    }

    /// The number of an operation, at the level operation, or of the `_overflow` that stands for it.
    package mutating func number(of key: SeriesKey) -> Int32 {
        precondition(key.level == .operation, "cells are kept by operation")
        if let number = numbers[key] { return number }
        return add(bounded(key))
    }

    /// Forgets the series that are not in use any more. An edge stays as long as one of its operations does.
    package mutating func removeAll(unless isInUse: (Int32) -> Bool) {
        for number in entries.indices {
            guard let entry = entries[number], entry.key.level == .operation, !isInUse(Int32(number)) else { continue }
            operationCount -= 1
            operationsOfEdge[entry.edge, default: 1] -= 1
            remove(number, entry)
        }
        for number in entries.indices {
            guard let entry = entries[number], entry.key.level == .edge, !isInUse(Int32(number)),
                operationsOfEdge[Int32(number), default: 0] == 0
            else { continue }
            operationsOfEdge[Int32(number)] = nil
            remove(number, entry)
        }
    }

    private mutating func remove(_ number: Int, _ entry: Entry) {
        entries[number] = nil
        numbers[entry.key] = nil
        free.append(Int32(number))
        let service = entry.key.key(at: .service)
        guard let count = seriesOfService[service] else { return }
        seriesOfService[service] = count > 1 ? count - 1 : nil
    }

    /// The series in use, in no order.
    package var inUse: [(number: Int32, entry: Entry)] {
        entries.enumerated().compactMap { number, entry in entry.map { (Int32(number), $0) } }
    }

    private func bounded(_ key: SeriesKey) -> SeriesKey {
        var key = key
        if Self.isTooLong(key.environment) { key.environment = Self.overflow }
        if Self.isTooLong(key.service) { key.service = Self.overflow }
        if Self.isTooLong(key.dependency) { key.dependency = Self.overflow }
        if Self.isTooLong(key.operation) { key.operation = Self.overflow }
        if seriesOfService[key.key(at: .service)] == nil, seriesOfService.count >= bounds.services {
            return .operation(
                Self.overflow, service: Self.overflow, dependency: Self.overflow, environment: Self.overflow)
        }
        if operationCount >= bounds.operations {
            return .operation(
                Self.overflow, service: key.service, dependency: Self.overflow, environment: key.environment)
        }
        if let edge = numbers[key.key(at: .edge)], operationsOfEdge[edge, default: 0] >= bounds.operationsPerEdge {
            return .operation(
                Self.overflow, service: key.service, dependency: key.dependency, environment: key.environment)
        }
        return key
    }

    private static func isTooLong(_ name: String) -> Bool { name.utf8.count > maximumNameBytes }

    private mutating func add(_ key: SeriesKey) -> Int32 {
        if let number = numbers[key] { return number }
        let edgeKey = key.key(at: .edge)
        let edge = numbers[edgeKey] ?? insert(edgeKey, edge: nil)
        operationCount += 1
        operationsOfEdge[edge, default: 0] += 1
        return insert(key, edge: edge)
    }

    private mutating func insert(_ key: SeriesKey, edge: Int32?) -> Int32 {
        let number = free.popLast() ?? Int32(entries.count)
        if Int(number) == entries.count { entries.append(nil) }
        entries[Int(number)] = Entry(key: key, edge: edge ?? number)
        numbers[key] = number
        seriesOfService[key.key(at: .service), default: 0] += 1
        return number
    }
}

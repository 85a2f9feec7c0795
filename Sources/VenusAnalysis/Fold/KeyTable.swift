package import VenusCore

/// A number for each operation and edge that had a call within the last hour, so that the fold and the windows work on
/// array places instead of names. Numbers are used again after ``removeAll(unless:)``.
///
/// Bounded: what comes beyond the bounds is counted under `_overflow`, by method (``overflow(of:)``), and still adds up
/// at the coarser levels.
///
/// A copy shares its part of the ``KeyBudget`` with the original: only one of them is to be changed.
package struct KeyTable: Sendable {
    package static let overflow = "_overflow"
    /// So many methods are told apart of what is counted under an edge's `_overflow`.
    package static let maximumOverflowingMethods = 16
    private static let maximumMethodBytes = 64
    /// Longer names are counted under `_overflow` too: the store would cut them.
    package static let maximumNameBytes = 512

    package struct Bounds: Sendable, Hashable {
        package var operationsPerEdge: Int
        /// Of all tables that share a ``KeyBudget``.
        package var services: Int
        /// Of all tables that share a ``KeyBudget``.
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
    private let share: KeyBudget.Share
    package private(set) var operationCount = 0
    /// How many series in use each service has, and each edge's number has operations.
    private var seriesOfService: [SeriesKey: Int] = [:]
    private var operationsOfEdge: [Int32: Int] = [:]

    package init(bounds: Bounds = Bounds(), budget: KeyBudget = KeyBudget()) {
        self.bounds = bounds
        share = KeyBudget.Share(of: budget)
    }

    package var count: Int { numbers.count }

    package subscript(number: Int32) -> Entry {
        guard let entry = entries[Int(number)] else { preconditionFailure("a number is used after its removal") }
        return entry
    }

    /// What stands for an operation that there is no room for: `METHOD _overflow`.
    package static func overflow(of operation: String) -> String {
        let method = operation.prefix { $0 != " " }
        guard method.utf8.count <= maximumMethodBytes, method != overflow else { return overflow }
        return "\(method) \(overflow)"
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
            share.change(operations: -1)
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
        if count == 1 { share.change(services: -1) }
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
        if Self.isTooLong(key.operation) { key.operation = Self.overflow(of: key.operation) }
        if seriesOfService[key.key(at: .service)] == nil, share.services >= bounds.services {
            return overflow(
                .operation(
                    key.operation, service: Self.overflow, dependency: Self.overflow, environment: Self.overflow),
                beyond: 0)
        }
        if share.operations >= bounds.operations {
            return overflow(
                .operation(
                    key.operation, service: key.service, dependency: Self.overflow, environment: key.environment),
                beyond: 0)
        }
        if operations(ofEdgeOf: key) >= bounds.operationsPerEdge {
            return overflow(key, beyond: bounds.operationsPerEdge)
        }
        return key
    }

    /// What stands for an operation in its edge, where this has `count` operations besides what overflows.
    private func overflow(_ key: SeriesKey, beyond count: Int) -> SeriesKey {
        var key = key
        key.operation = Self.overflow(of: key.operation)
        if numbers[key] == nil, operations(ofEdgeOf: key) >= count + Self.maximumOverflowingMethods {
            key.operation = Self.overflow
        }
        return key
    }

    private func operations(ofEdgeOf key: SeriesKey) -> Int {
        numbers[key.key(at: .edge)].flatMap { operationsOfEdge[$0] } ?? 0
    }

    private static func isTooLong(_ name: String) -> Bool { name.utf8.count > maximumNameBytes }

    private mutating func add(_ key: SeriesKey) -> Int32 {
        if let number = numbers[key] { return number }
        let edgeKey = key.key(at: .edge)
        let edge = numbers[edgeKey] ?? insert(edgeKey, edge: nil)
        operationCount += 1
        share.change(operations: 1)
        operationsOfEdge[edge, default: 0] += 1
        return insert(key, edge: edge)
    }

    private mutating func insert(_ key: SeriesKey, edge: Int32?) -> Int32 {
        let number = free.popLast() ?? Int32(entries.count)
        if Int(number) == entries.count { entries.append(nil) }
        entries[Int(number)] = Entry(key: key, edge: edge ?? number)
        numbers[key] = number
        let service = key.key(at: .service)
        if seriesOfService[service] == nil { share.change(services: 1) }
        seriesOfService[service, default: 0] += 1
        return number
    }
}

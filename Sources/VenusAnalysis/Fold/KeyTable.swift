package import VenusCore

/// A number for each operation and edge that had a call within the last hour, so that the fold and the windows work on
/// array places instead of names. Numbers are used again after ``removeAll(unless:)``.
///
/// Bounded: what comes beyond the bounds is counted under `_overflow`, by method (``overflow(of:)``). It still adds up at
/// the coarser levels: beyond an edge's bound always; beyond that of all operations for the edges and dependencies that
/// are known, as long as there is room for what overflows (``Bounds/overflowing``), and for services then; beyond that
/// of services in total.
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
        /// Methods whose windows the ``MethodWindows`` that share a ``KeyBudget`` keep.
        package var methods: Int

        /// So many more, a twentieth, are the `_overflow` of edges there was no room in: their edges, and those of
        /// dependencies that are known, go on adding up.
        package var overflowing: Int { operations / 20 }

        package init(
            operationsPerEdge: Int = 200, services: Int = 500, operations: Int = 50_000, methods: Int = 1_000
        ) {
            self.operationsPerEdge = operationsPerEdge
            self.services = services
            self.operations = operations
            self.methods = methods
        }
    }

    /// A series in use.
    package struct Entry: Sendable {
        package var key: SeriesKey
        /// The number of an operation's edge; of an edge its own.
        package var edge: Int32
        /// What stands for an operation where it is not told from others of its method; for an edge it is nothing's.
        package var method: SeriesKey

        /// Whether the operation stands for others.
        var isOverflow: Bool { key == method }
    }

    /// The operations of an edge.
    private struct Operations {
        var named = 0
        var overflowing = 0

        var isEmpty: Bool { named == 0 && overflowing == 0 }

        mutating func change(by count: Int, isOverflow: Bool) {
            if isOverflow { overflowing += count } else { named += count }
        }
    }

    private let bounds: Bounds
    private var numbers: [SeriesKey: Int32] = [:]
    private var entries: [Entry?] = []
    private var free: [Int32] = []
    private let share: KeyBudget.Share
    package private(set) var operationCount = 0
    /// How many operations were ever added: while it is the same, none is new.
    package private(set) var additions = 0
    /// How many series in use each service has, how many edges each dependency, and the operations of each edge's
    /// number.
    private var seriesOfService: [SeriesKey: Int] = [:]
    private var edgesOfDependency: [SeriesKey: Int] = [:]
    private var operationsOfEdge: [Int32: Operations] = [:]

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
            operationsOfEdge[entry.edge]?.change(by: -1, isOverflow: entry.isOverflow)
            remove(number, entry)
        }
        for number in entries.indices {
            guard let entry = entries[number], entry.key.level == .edge, !isInUse(Int32(number)),
                operationsOfEdge[Int32(number)]?.isEmpty ?? true
            else { continue }
            operationsOfEdge[Int32(number)] = nil
            let dependency = entry.key.key(at: .dependency)
            if let count = edgesOfDependency[dependency] {
                edgesOfDependency[dependency] = count > 1 ? count - 1 : nil
            }
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

    /// Whether most of the table's room was for series that are forgotten.
    package var isMostlyEmpty: Bool { numbers.capacity > 4_096 && numbers.count < numbers.capacity / 4 }

    /// Gives up the room that series in use do not need; they keep their numbers.
    package mutating func shrink() {
        numbers = numbers.reduce(into: [:]) { $0[$1.key] = $1.value }
        let end = (entries.lastIndex { $0 != nil } ?? -1) + 1
        entries = Array(entries[..<end])
        free = entries.indices.filter { entries[$0] == nil }.map { Int32($0) }
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
                    key.operation, service: Self.overflow, dependency: Self.overflow, environment: Self.overflow))
        }
        if share.operations >= bounds.operations {
            let own = overflow(key)
            let hasRoom = share.operations < bounds.operations + bounds.overflowing
            if numbers[own] != nil || hasRoom && isDependencyKnown(key) { return own }
            return overflow(
                .operation(
                    key.operation, service: key.service, dependency: Self.overflow, environment: key.environment))
        }
        let isFull = operations(ofEdgeOf: key).named >= bounds.operationsPerEdge
        // What is named like one that stands for others is one of them.
        return isFull || key.operation == Self.overflow(of: key.operation) ? overflow(key) : key
    }

    /// What stands for an operation in its edge.
    private func overflow(_ key: SeriesKey) -> SeriesKey {
        var key = key
        key.operation = Self.overflow(of: key.operation)
        if numbers[key] == nil, operations(ofEdgeOf: key).overflowing >= Self.maximumOverflowingMethods {
            key.operation = Self.overflow
        }
        return key
    }

    private func operations(ofEdgeOf key: SeriesKey) -> Operations {
        numbers[key.key(at: .edge)].flatMap { operationsOfEdge[$0] } ?? Operations()
    }

    private func isDependencyKnown(_ key: SeriesKey) -> Bool { edgesOfDependency[key.key(at: .dependency)] != nil }

    private static func isTooLong(_ name: String) -> Bool { name.utf8.count > maximumNameBytes }

    private mutating func add(_ key: SeriesKey) -> Int32 {
        if let number = numbers[key] { return number }
        let edgeKey = key.key(at: .edge)
        let edge = numbers[edgeKey] ?? insert(edgeKey, edge: nil)
        operationCount += 1
        additions += 1
        share.change(operations: 1)
        let number = insert(key, edge: edge)
        operationsOfEdge[edge, default: Operations()].change(by: 1, isOverflow: self[number].isOverflow)
        return number
    }

    private mutating func insert(_ key: SeriesKey, edge: Int32?) -> Int32 {
        let number = free.popLast() ?? Int32(entries.count)
        if Int(number) == entries.count { entries.append(nil) }
        var method = key
        if edge == nil {
            edgesOfDependency[key.key(at: .dependency), default: 0] += 1
        } else {
            method.operation = Self.overflow(of: key.operation)
        }
        entries[Int(number)] = Entry(key: key, edge: edge ?? number, method: method)
        numbers[key] = number
        let service = key.key(at: .service)
        if seriesOfService[service] == nil { share.change(services: 1) }
        seriesOfService[service, default: 0] += 1
        return number
    }
}

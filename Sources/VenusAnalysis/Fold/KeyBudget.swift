import Synchronization

/// How many operations and services the ``KeyTable``s of an analyzer's shards hold together, and how many methods their
/// ``MethodWindows``: so its memory has one bound, however many shards it owns.
///
/// It only counts; each table stops at its bounds. Which shard gets the last room is a matter of who asks first: the
/// others' calls are `_overflow`'s. Shards that ask at the same moment may go beyond the bounds by one each.
package final class KeyBudget: Sendable {
    private let operations = Atomic<Int>(0)
    private let services = Atomic<Int>(0)
    private let methods = Atomic<Int>(0)

    package init() {}

    /// Those of all tables.
    var operationCount: Int { operations.load(ordering: .relaxed) }

    /// What one table holds of the budget; given back with the table, also where a shard's analysis is thrown away.
    final class Share: Sendable {
        private let budget: KeyBudget
        private let ownOperations = Atomic<Int>(0)
        private let ownServices = Atomic<Int>(0)
        private let ownMethods = Atomic<Int>(0)

        init(of budget: KeyBudget) { self.budget = budget }

        deinit {
            budget.operations.subtract(ownOperations.load(ordering: .relaxed), ordering: .relaxed)
            budget.services.subtract(ownServices.load(ordering: .relaxed), ordering: .relaxed)
            budget.methods.subtract(ownMethods.load(ordering: .relaxed), ordering: .relaxed)
        }

        /// Those of all tables.
        var operations: Int { budget.operationCount }
        var services: Int { budget.services.load(ordering: .relaxed) }
        var methods: Int { budget.methods.load(ordering: .relaxed) }

        func change(operations: Int = 0, services: Int = 0, methods: Int = 0) {
            ownOperations.add(operations, ordering: .relaxed)
            ownServices.add(services, ordering: .relaxed)
            budget.operations.add(operations, ordering: .relaxed)
            budget.services.add(services, ordering: .relaxed)
            ownMethods.add(methods, ordering: .relaxed)
            budget.methods.add(methods, ordering: .relaxed)
        }
    }
}

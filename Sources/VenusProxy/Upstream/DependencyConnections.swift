import Synchronization

/// How many connections all loops together have to each dependency. Looked up when a loop comes to know a dependency,
/// touched when a connection is opened or closed, never in between.
package final class DependencyConnections: Sendable {
    /// The connections to one dependency. It lives as long as a loop knows the dependency.
    package final class Count: Sendable {
        /// Whatever they are doing.
        private let open = Atomic<Int>(0)
        private let key: Key?
        private let owner: DependencyConnections?

        fileprivate init(_ key: Key, _ owner: DependencyConnections) {
            self.key = key
            self.owner = owner
        }

        /// Of one loop alone.
        package init() {
            key = nil
            owner = nil
        }

        deinit { if let key { owner?.forget(key) } }

        package var value: Int { open.load(ordering: .relaxed) }

        /// Counts one more, if there are fewer than `limit`.
        package func add(below limit: Int) -> Bool {
            guard open.add(1, ordering: .relaxed).newValue <= limit else {
                open.subtract(1, ordering: .relaxed)
                return false
            }
            return true
        }

        package func subtract() { open.subtract(1, ordering: .relaxed) }
    }

    fileprivate struct Key: Hashable, Sendable {
        /// In lower case.
        var host: [UInt8]
        var port: UInt16
    }

    private struct Known: Sendable {
        weak let count: Count?
    }

    private let counts = Mutex<[Key: Known]>([:])

    package init() {}

    /// The count of a dependency, the same for all loops. `host`: in lower case.
    package func count(host: [UInt8], port: UInt16) -> Count {
        let key = Key(host: host, port: port)
        return counts.withLock { counts in
            if let count = counts[key]?.count { return count }
            let count = Count(key, self)
            counts[key] = Known(count: count)
            return count
        }
    }

    /// Dependencies that some loop knows.
    package var known: Int { counts.withLock { $0.count } }

    private func forget(_ key: Key) {
        // Another loop may have come to know it meanwhile. What is found is let go of outside the lock: with its last
        // owner it would come here again.
        let found = counts.withLock { counts in
            let found = counts[key]?.count
            if found == nil { counts[key] = nil }
            return found
        }
        withExtendedLifetime(found) {}
    }
}

package import VenusAnalysis

/// Calls by themselves, as the shards' frames show them at one moment.
package struct CallsPicture: Sendable {
    /// Milliseconds since the epoch.
    package var at: Int64
    /// Of the ``LivePicture`` that it belongs to.
    package var generation: UInt64
    package var shards: [RecentCalls]

    package init(at: Int64, generation: UInt64, shards: [RecentCalls]) {
        self.at = at
        self.generation = generation
        self.shards = shards
    }

    /// The calls that are in any list here and were in none of the older picture's, each once; the first to end first.
    ///
    /// A call that has left all lists never comes back, so that none is told twice.
    package func ended(since older: CallsPicture) -> [RecentCall] {
        var known: Set<RecentCall> = []
        for calls in older.shards { for list in calls.lists { known.formUnion(list) } }
        var ended: [RecentCall] = []
        for calls in shards {
            for list in calls.lists { for call in list where known.insert(call).inserted { ended.append(call) } }
        }
        return ended.sorted { $0.end < $1.end }
    }
}

extension RecentCalls {
    fileprivate var lists: [[RecentCall]] { [last, failed, slowest] }
}

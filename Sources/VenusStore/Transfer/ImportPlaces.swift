import VenusCore

/// Where the rows of a file belong in a store that no longer keeps all of their tiers so far back.
///
/// A row that is past its tier's retention is left out where its parent's row, which is in the file as well, holds it.
/// It does not where the parent is marked, as older than its children: then the parent is made from them here, as the
/// roller cannot do it any more, and the parent's own row is left out.
struct ImportPlaces {
    enum Place {
        case here(RollupRow)
        /// To be added to what is there, in a coarser tier.
        case lifted(RollupRow)
        /// A coarser row of the file holds it.
        case held
        /// Its children are lifted into it, or beyond.
        case replaced
    }

    private let horizons: [Tier: Int64]
    /// Buckets that are older than their children, and with each all that are made from it.
    private var stale: Set<Parent> = []

    /// - Parameter horizons: since when each tier is kept, on a bound of its parent's buckets.
    init(horizons: [Tier: Int64]) { self.horizons = horizons }

    /// Marks come before all rows.
    mutating func add(_ mark: Parent) {
        var next: Parent? = mark
        while let bucket = next, stale.insert(bucket).inserted { next = bucket.parent }
    }

    func place(_ row: RollupRow) -> Place {
        let own = Parent(tier: row.tier, bucket: row.bucket, shard: row.shard)
        if let child = row.tier.child, row.bucket < horizon(child), stale.contains(own) { return .replaced }
        guard row.bucket < horizon(row.tier) else { return .here(row) }
        var row = row
        while row.bucket < horizon(row.tier) {
            guard let parent = Parent(of: row), stale.contains(parent) else { return .held }
            row = row.moved(to: parent.tier)
        }
        return .lifted(row)
    }

    private func horizon(_ tier: Tier) -> Int64 { horizons[tier, default: 0] }
}

extension Parent {
    fileprivate var parent: Parent? {
        tier.parent.map { Parent(tier: $0, bucket: $0.bucket(of: bucket), shard: shard) }
    }
}

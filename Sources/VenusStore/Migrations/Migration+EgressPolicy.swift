import VenusCore

extension Migration {
    /// Counts of what the egress policy says of calls that went out.
    static let egressPolicy = Migration(version: 2, name: "egress policy", needs: "0.1.0") { dialect in
        Tier.allCases.flatMap { tier in
            ["would_be_denied", "link_local"].map { column in
                "ALTER TABLE \(tier.table) ADD COLUMN \(column) \(dialect.integer) NOT NULL DEFAULT 0"
            }
        }
    }
}

import VenusCore

extension Migration {
    /// Which statuses failed calls ended with; nothing is known of those before.
    static let errorStatuses = Migration(version: 12, name: "error statuses", needs: "0.1.0") { dialect in
        Tier.allCases.map { tier in
            "ALTER TABLE \(tier.table) ADD COLUMN statuses \(dialect.bytes) NOT NULL DEFAULT \(dialect.noBytes)"
        }
    }
}

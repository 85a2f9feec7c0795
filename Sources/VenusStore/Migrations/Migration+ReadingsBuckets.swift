extension Migration {
    /// Buckets that hosts' readings come through, and how far each host's folder of them is read.
    static let readingsBuckets = Migration(version: 11, name: "readings buckets", needs: "0.1.0") { dialect in
        let (integer, text, instant, options) =
            (dialect.integer, dialect.text, dialect.instant, dialect.tableOptions)
        return [
            """
            CREATE TABLE readings_buckets (
                name \(text) NOT NULL PRIMARY KEY,
                checked_at \(instant) NOT NULL,
                failure \(text) NOT NULL,
                failed_since \(instant) NOT NULL,
                taken \(integer) NOT NULL,
                refused \(integer) NOT NULL,
                refused_object \(text) NOT NULL,
                refused_reason \(text) NOT NULL,
                refused_at \(instant) NOT NULL
            ) \(options)
            """,
            """
            CREATE TABLE readings_places (
                bucket \(text) NOT NULL,
                host \(text) NOT NULL,
                place \(text) NOT NULL,
                moved_at \(instant) NOT NULL,
                PRIMARY KEY (bucket, host)
            ) \(options)
            """,
        ]
    }
}

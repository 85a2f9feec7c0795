import Logging
import VenusAnalysis
import VenusCallLog
import VenusStore

/// What the configuration's URLs stand for.
extension VenusConfiguration {
    /// The call log: Redis where a stream is configured, else the journal in the data directory.
    func openCallLog(_ data: DataDirectory, logger: Logger) throws -> any CallLog {
        guard let url = stream.url else {
            return try JournalCallLog(path: data.journal, shards: stream.shards, logger: logger)
        }
        return try RedisCallLog(
            url: url.secretText, prefix: stream.prefix, shards: stream.shards, maximumEntries: stream.maximumEntries,
            trustFile: stream.trustFile, logger: logger)
    }

    /// Where blocks wait while Redis is away; the journal needs none, it is on the same disk.
    func makeSpool(_ data: DataDirectory, logger: Logger) -> Spool? {
        guard stream.url != nil, proxy.spoolMaximumBytes > 0 else { return nil }
        return Spool(path: data.spool, maximumBytes: proxy.spoolMaximumBytes, logger: logger)
    }

    /// The store: PostgreSQL where one is configured, else SQLite in the data directory.
    func openStore(_ data: DataDirectory, logger: Logger) async throws -> any ServerStore {
        guard let url = store.url else { return try await SQLiteStore(path: data.store, logger: logger) }
        return try await PostgresStore(url: url.secretText, logger: logger)
    }

    /// The live feed between processes; both ends name the same stream.
    func openRemoteFeed(url: EndpointURL, logger: Logger) throws -> any LiveFeed {
        try RedisFeed(
            url: url.secretText, trustFile: stream.trustFile, prefix: stream.prefix, shards: stream.shards,
            logger: logger)
    }

    /// A role on its own meets the others only through Redis and PostgreSQL. Ends the command where one is missing.
    func requireBackends(for role: String) throws -> (stream: EndpointURL, store: EndpointURL) {
        guard let stream = stream.url, let store = store.url else {
            try refuse(
                ConfigurationError(
                    place: "venus \(role)",
                    problem: """
                        meets the other roles through Redis and PostgreSQL: set stream.url and store.url \
                        (VENUS_STREAM_URL, VENUS_STORE_URL); with neither, `venus up` runs every role on this machine
                        """))
        }
        return (stream, store)
    }
}

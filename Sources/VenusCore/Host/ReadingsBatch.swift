/// What an agent sends: the readings that the server may not have yet, each with its number, and how the machine is
/// now.
///
/// `{"producer","agent_version","environment","publish_ms","dropped","readings":[{"sequence","reading"}],"latest"}`
public struct ReadingsBatch: Sendable, Hashable, Codable {
    /// Readings in one batch at most.
    public static let maximumReadings = 60
    /// Bytes of its JSON at most.
    public static let maximumBytes = 8 << 20
    /// Of ``producer``, and of the texts beside it.
    public static let maximumTextBytes = 128

    /// A reading and its number, by which the store takes it once.
    public struct Item: Sendable, Hashable, Codable {
        /// From 1, higher with every reading of the producer. A number says nothing about another producer's.
        public var sequence: UInt64
        public var reading: HostReading

        public init(sequence: UInt64, reading: HostReading) {
            self.sequence = sequence
            self.reading = reading
        }
    }

    private enum CodingKeys: String, CodingKey {
        case producer, environment, dropped, readings, latest
        case agentVersion = "agent_version"
        case publishEvery = "publish_ms"
    }

    /// Random, and of one directory of readings for good.
    public var producer: String
    public var agentVersion: String
    public var environment: String
    /// How often it sends, in milliseconds, while nobody watches.
    public var publishEvery: Int64
    /// Readings that the producer ever had to drop, because the server was away for too long.
    public var dropped: UInt64
    /// In order.
    public var readings: [Item]
    /// The last reading, to be shown and not to be added to anything; `nil` where there is none yet.
    public var latest: HostReading?

    public init(
        producer: String, agentVersion: String, environment: String, publishEvery: Int64 = 60_000,
        dropped: UInt64 = 0, readings: [Item] = [],
        latest: HostReading? = nil
    ) {
        self.producer = producer
        self.agentVersion = agentVersion
        self.environment = environment
        self.publishEvery = publishEvery
        self.dropped = dropped
        self.readings = readings
        self.latest = latest
    }

    /// Why it cannot be taken; `nil` where it can.
    public var fault: String? {
        let texts = [producer, agentVersion, environment]
        guard !producer.isEmpty, texts.allSatisfy({ $0.utf8.count <= Self.maximumTextBytes }) else {
            return
                "producer, agent_version and environment have \(Self.maximumTextBytes) bytes at most, producer one at least"
        }
        guard (1...86_400_000).contains(publishEvery) else { return "publish_ms is 1 to 86400000" }
        guard readings.count <= Self.maximumReadings else {
            return "there are more than \(Self.maximumReadings) readings"
        }
        var last: UInt64 = 0
        for item in readings {
            guard item.sequence > last else { return "sequence begins at 1 and rises" }
            last = item.sequence
        }
        return nil
    }
}

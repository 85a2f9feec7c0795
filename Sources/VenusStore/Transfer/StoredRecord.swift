public import Foundation
import VenusCore

/// One line of a file that a store is written to, as JSON: exactly one of its members is there.
///
/// A file begins with a line of ``Header`` and ends with one of ``End``, without which it is not whole. What a version
/// wrote, every later one reads; names it does not know are left out.
public struct StoredRecord: Sendable, Codable, Equatable {
    public var header: Header?
    public var row: Row?
    public var mark: Mark?
    public var loss: LostCalls?
    public var setting: Setting?
    public var session: SignedIn?
    public var user: Person?
    public var key: Key?
    public var audit: Happening?
    public var watched: Watched?
    public var alert: Alert?
    public var transition: Transition?
    public var evaluation: Evaluation?
    public var receiver: Receiver?
    public var message: Message?
    public var delivery: Delivery?
    public var host: Machine?
    public var hostReading: MachineReading?
    public var hostProducer: MachineProducer?
    public var file: File?
    public var end: End?

    private enum CodingKeys: String, CodingKey {
        case header, row, mark, loss, setting, session, user, key, audit, watched, host, file, end
        case alert, transition, evaluation, receiver, message, delivery
        case hostReading = "host_reading"
        case hostProducer = "host_producer"
    }

    public init() {}

    public struct Header: Sendable, Codable, Equatable {
        public static let format = "venus-store"
        /// What we write, and the highest that we read.
        public static let version = 1

        public var format: String
        public var version: Int
        /// Of this file alone: what is read twice is known by it.
        public var id: String
        public var venus: String
        /// RFC 3339.
        public var writtenAt: String

        private enum CodingKeys: String, CodingKey {
            case format, version, id, venus
            case writtenAt = "written_at"
        }

        public init(id: String, venus: String, writtenAt: String) {
            format = Self.format
            version = Self.version
            self.id = id
            self.venus = venus
            self.writtenAt = writtenAt
        }
    }

    /// A bucket of a series.
    public struct Row: Sendable, Codable, Equatable {
        public var tier: String
        public var bucket: Int64
        public var shard: Int
        public var level: String
        public var environment: String
        public var service: String
        public var dependency: String
        public var operation: String
        /// The totals as ``VenusCore/KPITotals/encode(into:)`` writes them: versioned, with their histograms.
        public var totals: Data
    }

    /// A bucket that is still to be made from its children.
    public struct Mark: Sendable, Codable, Equatable {
        public var tier: String
        public var bucket: Int64
        public var shard: Int
    }

    public struct LostCalls: Sendable, Codable, Equatable {
        public var producer: String
        public var environment: String
        public var service: String
        public var first: UInt64
        public var count: UInt64
        /// Milliseconds since the epoch.
        public var at: Int64
    }

    public struct Setting: Sendable, Codable, Equatable {
        public var name: String
        public var value: String
    }

    /// A session: the hash of its token, never the token. What came later may be absent.
    public struct SignedIn: Sendable, Codable, Equatable {
        public var tokenHash: Data
        /// Milliseconds since the epoch, here and below.
        public var createdAt: Int64
        public var expiresAt: Int64
        public var account: String?
        public var role: String?
        public var idleExpiresAt: Int64?
        public var address: String?
        public var agent: String?

        private enum CodingKeys: String, CodingKey {
            case tokenHash = "token_hash"
            case createdAt = "created_at"
            case expiresAt = "expires_at"
            case account, role
            case idleExpiresAt = "idle_expires_at"
            case address, agent
        }
    }

    /// A user: the hash of the password, never the password.
    public struct Person: Sendable, Codable, Equatable {
        public var name: String
        public var role: String
        public var passwordHash: String
        public var isActive: Bool
        public var createdAt: Int64
        public var changedAt: Int64

        private enum CodingKeys: String, CodingKey {
            case name, role
            case passwordHash = "password_hash"
            case isActive = "is_active"
            case createdAt = "created_at"
            case changedAt = "changed_at"
        }
    }

    /// An API key: its hash, never the key.
    public struct Key: Sendable, Codable, Equatable {
        public var id: String
        public var hash: Data
        public var name: String
        public var scopes: [String]
        public var createdAt: Int64
        public var createdBy: String
        public var usedAt: Int64?
        public var revokedAt: Int64?

        private enum CodingKeys: String, CodingKey {
            case id, hash, name, scopes
            case createdAt = "created_at"
            case createdBy = "created_by"
            case usedAt = "used_at"
            case revokedAt = "revoked_at"
        }
    }

    /// An entry of the audit log.
    public struct Happening: Sendable, Codable, Equatable {
        public var at: Int64
        public var event: String
        public var actor: String
        public var subject: String
        public var address: String
        public var detail: String
    }

    /// A threshold, a rule, or what else is watched by.
    public struct Watched: Sendable, Codable, Equatable {
        public var kind: String
        public var id: String
        /// JSON.
        public var body: String
        public var changedAt: Int64
        public var changedBy: String

        private enum CodingKeys: String, CodingKey {
            case kind, id, body
            case changedAt = "changed_at"
            case changedBy = "changed_by"
        }
    }

    /// A host that sent readings.
    public struct Machine: Sendable, Codable, Equatable {
        public var name: String
        public var environment: String
        public var agentVersion: String
        /// Milliseconds since the epoch, here and below.
        public var firstSeen: Int64
        public var lastSeen: Int64

        private enum CodingKeys: String, CodingKey {
            case name, environment
            case agentVersion = "agent_version"
            case firstSeen = "first_seen"
            case lastSeen = "last_seen"
        }
    }

    /// A bucket of a host's readings.
    public struct MachineReading: Sendable, Codable, Equatable {
        public var host: String
        public var tier: String
        public var bucket: Int64
        /// As ``VenusCore/HostReading/encoded`` writes it: versioned.
        public var reading: Data
    }

    /// Up to which of its numbers an agent's readings are taken.
    public struct MachineProducer: Sendable, Codable, Equatable {
        public var host: String
        public var producer: String
        public var highest: UInt64
        public var dropped: UInt64
        /// Milliseconds since the epoch.
        public var lastSeen: Int64

        private enum CodingKeys: String, CodingKey {
            case host, producer, highest, dropped
            case lastSeen = "last_seen"
        }
    }

    /// A file of the data directory, by what it is for.
    public struct File: Sendable, Codable, Equatable {
        public var purpose: String
        public var content: Data

        public init(purpose: String, content: Data) {
            self.purpose = purpose
            self.content = content
        }
    }

    public struct End: Sendable, Codable, Equatable {
        /// Lines between the header and this one.
        public var records: Int

        public init(records: Int) { self.records = records }
    }
}

extension StoredRecord {
    init(_ row: RollupRow) {
        self.init()
        var writer = ByteWriter()
        row.totals.encode(into: &writer)
        self.row = Row(
            tier: row.tier.name, bucket: row.bucket, shard: row.shard, level: row.key.level.name,
            environment: row.key.environment, service: row.key.service, dependency: row.key.dependency,
            operation: row.key.operation, totals: Data(writer.bytes))
    }
}

extension StoredRecord.Row {
    /// The row in another shard; throws ``StoreError/Code/corrupt`` for what is none.
    func rollup(shard: Int) throws -> RollupRow {
        guard let tier = Tier(name: tier), let level = Level(name: level),
            (0...SQLValue.clamp(second: .max)).contains(bucket), tier.bucket(of: bucket) == bucket
        else { throw StoreError(.corrupt, "a row has a tier, a level or a time that there is not") }
        var reader = ByteReader(Array(totals))
        do {
            return RollupRow(
                tier: tier, bucket: bucket, shard: shard,
                key: .stored(
                    level: level, environment: environment, service: service, dependency: dependency,
                    operation: operation),
                totals: try KPITotals(from: &reader))
        } catch { throw StoreError(error) }
    }
}

import FoundationEssentials
package import VenusCore

/// The content of an object with an agent's readings: a batch as it is sent to a server, with a version and the host's
/// name beside it, as JSON in gzip (RFC 1952).
package struct ReadingsObject: Sendable, Equatable {
    package static let version = 1
    /// Of an object as it is stored.
    package static let maximumBytes = 2 << 20

    /// Why an object cannot be taken.
    package enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
        case notGZip
        /// More than so many bytes come out of it.
        case tooLarge(Int)
        case notReadings
        case unknownVersion(Int)
        case otherHost
        /// ``ReadingsBatch/fault``.
        case batch(String)

        package var description: String {
            switch self {
            case .notGZip: "it is no gzip, or not all of it"
            case .tooLarge(let bytes): "there are more than \(bytes) bytes in it"
            case .notReadings: "it holds no readings as `venus agent` writes them"
            case .unknownVersion(let version): "its version \(version) is not known here"
            case .otherHost: "it is of another host than its folder"
            case .batch(let fault): "in a batch, \(fault)"
            }
        }
    }

    package var host: String
    package var batch: ReadingsBatch

    package init(host: String, batch: ReadingsBatch) {
        self.host = host
        self.batch = batch
    }

    /// `nil` where it is larger than one may be, or cannot be written as JSON.
    package var bytes: [UInt8]? {
        guard let json = try? JSONEncoder().encode(Content(v: Self.version, host: host, batch: batch)),
            json.count <= ReadingsBatch.maximumBytes, let bytes = GZip.file(Array(json)),
            bytes.count <= Self.maximumBytes
        else { return nil }
        return bytes
    }

    /// Reads what anybody may have written.
    package init(_ bytes: [UInt8], inFolderOf host: String) throws(Fault) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(Self.maximumBytes) }
        let json: [UInt8]
        do { json = try GZip.inflate(bytes, maximumBytes: ReadingsBatch.maximumBytes) } catch {
            switch error {
            case .tooLarge: throw .tooLarge(ReadingsBatch.maximumBytes)
            case .notGZip: throw .notGZip
            }
        }
        let data = Data(json)
        guard let head = try? JSONDecoder().decode(Head.self, from: data) else { throw .notReadings }
        guard head.v == Self.version else { throw .unknownVersion(head.v) }
        guard let content = try? JSONDecoder().decode(Content.self, from: data) else { throw .notReadings }
        guard content.host == host else { throw .otherHost }
        if let fault = content.batch.fault { throw .batch(fault) }
        self.init(host: host, batch: content.batch)
    }

    private struct Head: Decodable {
        var v: Int
    }

    private struct Content: Codable {
        enum Key: String, CodingKey { case v, host }

        var v: Int
        var host: String
        var batch: ReadingsBatch

        init(v: Int, host: String, batch: ReadingsBatch) {
            self.v = v
            self.host = host
            self.batch = batch
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Key.self)
            v = try values.decode(Int.self, forKey: .v)
            host = try values.decode(String.self, forKey: .host)
            batch = try ReadingsBatch(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(v, forKey: .v)
            try values.encode(host, forKey: .host)
            try batch.encode(to: encoder)
        }
    }
}

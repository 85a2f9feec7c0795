import Foundation
import TestSupport

/// moto's object store, where `make test` has installed it, with boto3 to look into it (storage.py).
final class ObjectStorage: Sendable {
    static let folder = ProcessInfo.processInfo.environment["VENUS_MOTO"]
    static let bucket = "metrics"

    struct Object: Sendable {
        var key: String
        /// As it is stored.
        var bytes: Int
        var mediaType: String
        /// Read as gzip and JSON; null where it is neither.
        var content: JSONValue
    }

    let port: Int
    private let control: Int
    private let process: ChildProcess
    /// What opens the bucket, and where it is.
    let environment: [String: String]

    init() async throws {
        port = try freePort()
        control = try freePort()
        let script = VenusBinary.packageRoot + "/Tests/BlackBox/Hosts/Bucket/storage.py"
        process = try ChildProcess(
            (Self.folder ?? "") + "/bin/python3", [script, "\(port)", "\(control)", Self.bucket])
        let line = try await process.waitForLine(within: .seconds(60), "the object store") { $0.hasPrefix("KEYS ") }
        let words = line.split(separator: " ").map(String.init)
        environment = [
            "AWS_ACCESS_KEY_ID": words[1], "AWS_SECRET_ACCESS_KEY": words[2],
            "VENUS_S3_ENDPOINT": "http://127.0.0.1:\(port)", "VENUS_S3_REGION": "eu-central-1",
        ]
    }

    private func ask(_ method: String, _ target: String, _ body: [UInt8] = []) async throws -> JSONValue {
        let answer = try await HTTPClient(port: control).request(
            method, target, [("host", "127.0.0.1:\(control)")], body: body, keep: 8 << 20)
        guard answer.status == 200 else { throw TestFailure("\(target): \(answer.status)\n\(process.transcript)") }
        return try JSONValue(answer.text)
    }

    func objects() async throws -> [Object] {
        try await ask("GET", "/objects").array.map {
            Object(
                key: $0["key"].string ?? "", bytes: $0["bytes"].int ?? .max, mediaType: $0["media_type"].string ?? "",
                content: $0["content"])
        }
    }

    /// Requests of a method that were not boto3's.
    func requests(_ method: String) async throws -> Int { try await ask("GET", "/requests")[method].int ?? 0 }

    /// - Parameter key: needs no encoding.
    func put(_ key: String, _ bytes: [UInt8]) async throws { _ = try await ask("POST", "/objects?\(key)", bytes) }

    func goAway() async throws { _ = try await ask("POST", "/away") }
    func comeBack() async throws { _ = try await ask("POST", "/back") }
}

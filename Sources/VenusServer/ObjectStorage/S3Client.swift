import FoundationEssentials
import NIOHTTP1
import NIOPosix

/// Puts, gets, lists and removes the objects of one bucket at an object store that speaks as S3 does.
package struct S3Client: Sendable {
    /// Of a page of names, or an error's answer.
    private static let maximumAnswerBytes = 4 << 20
    private static let timeout = Duration.seconds(20)

    private let configuration: S3Configuration
    private let bucket: BucketAddress
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64

    package init(
        _ bucket: BucketAddress, configuration: S3Configuration, now: @escaping @Sendable () -> Int64
    ) {
        self.bucket = bucket
        self.configuration = configuration
        self.now = now
    }

    package func put(_ key: String, _ bytes: [UInt8], mediaType: String) async throws(S3Failure) {
        let fields = [(name: "content-type", value: mediaType)]
        _ = try await send("PUT", key, fields: fields, body: bytes, maximumBytes: Self.maximumAnswerBytes)
    }

    package func get(_ key: String, maximumBytes: Int) async throws(S3Failure) -> [UInt8] {
        try await send("GET", key, maximumBytes: maximumBytes)
    }

    /// An object that is not there is removed.
    package func remove(_ key: String) async throws(S3Failure) {
        do { _ = try await send("DELETE", key, maximumBytes: Self.maximumAnswerBytes) } catch {
            if !error.isMissing { throw error }
        }
    }

    /// A page of names in the order of their bytes.
    ///
    /// - Parameters:
    ///   - prefix: what they begin with.
    ///   - after: only names behind it; none where it is empty.
    ///   - page: as the page before said; `nil` for the first.
    ///   - inFolders: names that go on with a slash are told as folders.
    package func list(
        _ prefix: String, after: String = "", page: String? = nil, inFolders: Bool = false
    ) async throws(S3Failure) -> S3Listing {
        var query = [
            (name: "list-type", value: "2"), (name: "encoding-type", value: "url"), (name: "prefix", value: prefix),
        ]
        if inFolders { query.append((name: "delimiter", value: "/")) }
        if !after.isEmpty { query.append((name: "start-after", value: after)) }
        if let page { query.append((name: "continuation-token", value: page)) }
        let answer = try await send("GET", nil, query: query, maximumBytes: Self.maximumAnswerBytes)
        guard let listing = S3Listing(xml: answer) else { throw .strange }
        return listing
    }

    /// - Parameter key: `nil`: of the bucket itself.
    private func send(
        _ method: String, _ key: String?, query: [(name: String, value: String)] = [],
        fields: [(name: String, value: String)] = [], body: [UInt8]? = nil, maximumBytes: Int
    ) async throws(S3Failure) -> [UInt8] {
        guard let address = configuration.address(of: bucket) else { throw .noAddress }
        let credentials = try await credentials()
        let target = "/" + S3Signature.encode(key ?? "", keepsSlashes: true)
        let request = S3Signature.Request(
            method: method, host: address.authority, path: address.path.text + target, query: query, fields: fields,
            body: body ?? [])
        let signed = S3Signature.fields(
            for: request, region: configuration.region, credentials: credentials, at: now())
        let client = WebClient(
            address, trust: configuration.trust, proxy: configuration.proxy(address.host, address.port),
            timeout: Self.timeout, maximumBytes: maximumBytes)
        let text = request.queryText
        let answer: WebClient.Answer
        do {
            answer = try await client.send(
                HTTPMethod(rawValue: method), text.isEmpty ? target : "\(target)?\(text)",
                (fields + signed).map { ($0.name, $0.value) }, body: body)
        } catch { throw .unreachable(error) }
        guard (200..<300).contains(answer.status) else { throw S3Failure(answer) }
        return answer.body
    }

    private func credentials() async throws(S3Failure) -> S3Credentials {
        switch configuration.source {
        case .given(let credentials): return credentials
        case .file(let path):
            let read: [UInt8]?
            do {
                read = try await NIOThreadPool.singleton.runIfActive {
                    (try? Data(contentsOf: URL(filePath: path))).map { Array($0.prefix(1 << 16)) }
                }
            } catch { read = nil }
            guard let read else { throw .noCredentials("\(path) cannot be read") }
            guard let text = String(validating: read, as: UTF8.self), let credentials = S3Credentials(file: text) else {
                throw .noCredentials("\(path) has no aws_access_key_id and aws_secret_access_key")
            }
            return credentials
        }
    }
}

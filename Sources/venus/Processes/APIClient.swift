import Foundation
import NIOHTTP1
import VenusServer

/// Asks a Venus server, for the command line.
struct APIClient: Sendable {
    private let client: WebClient
    /// `nil`: to sign in.
    private let token: String?

    /// Largest answer that is read.
    private static let maximumBytes = 32 << 20
    private static let timeout = Duration.seconds(30)

    /// - Parameter server: as ``Access`` or `--server` name it.
    init(server: String, token: String?, trust: WebTrust = .system) throws {
        guard let address = WebAddress(server) else {
            throw CommandFailure(
                "\(server) is not a server's address; it looks like http://127.0.0.1:2248 or https://venus.example.com")
        }
        client = WebClient(address, trust: trust, timeout: Self.timeout, maximumBytes: Self.maximumBytes)
        self.token = token
    }

    /// The server's, without a slash at the end.
    var address: String { client.address.description }

    /// The body of a successful answer; everything else is a ``CommandFailure`` that says what to do.
    func get(_ target: String) async throws -> Data { try await send("GET", target) }

    /// The same with parameters, of which those without a value are left out.
    func get(_ path: String, _ parameters: KeyValuePairs<String, String?>) async throws -> Data {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\(Self.segment($0))" } }
        return try await get("\(path)?\(query.joined(separator: "&"))")
    }

    /// One segment of a path, or a parameter's value, whatever is in it.
    static func segment(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~")
        // Only text that is not Unicode has no such form, and a String always is.
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    /// The same with any method, and a body of JSON.
    func send(_ method: String, _ target: String, _ content: Data? = nil) async throws -> Data {
        var fields: [(String, String)] = []
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        if content != nil { fields.append(("Content-Type", "application/json")) }
        let answer: WebClient.Answer
        do {
            answer = try await client.send(
                HTTPMethod(rawValue: method), target, fields, body: content.map { Array($0) })
        } catch { throw CommandFailure(explain(error)) }
        switch answer.status {
        case 200..<300: return Data(answer.body)
        case 401 where token != nil:
            throw CommandFailure("the server does not know this token; sign in again: `venus login`")
        default:
            let problem = (try? JSONDecoder().decode(Problem.self, from: Data(answer.body)))
            throw CommandFailure(
                Display.safe(problem?.detail ?? problem?.title ?? "the server answered \(answer.status)"))
        }
    }

    private func explain(_ failure: WebFailure) -> String {
        let server = client.address.description
        return switch failure {
        case .cannotConnect: "no Venus server answers at \(server); is `venus up` running?"
        case .brokenOff: "the Venus server at \(server) broke off its answer"
        case .certificateNotTrusted, .certificateForOther:
            "the Venus server at \(server) is not believed: \(failure); name the file of the authority by --trust-file"
        case .noTLS: "the server at \(server) does not speak TLS; is it http:// there?"
        case .noTrust, .prohibited, .tooLarge, .timedOut, .noProxy, .proxyRefused:
            "no answer of the Venus server at \(server): \(failure)"
        }
    }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
    }
}

import Foundation
import NIOHTTP1
import VenusCore
import VenusHost
import VenusServer

/// Takes readings to a server, by an agent's key.
struct ServerDestination: ReadingsDestination {
    private static let timeout = Duration.seconds(15)
    private static let maximumAnswerBytes = 1 << 16

    /// How long a question for watchers may be held there, in milliseconds, and is waited for.
    private static let hold = 25_000
    private static let holdTimeout = Duration.seconds(40)
    /// Milliseconds after which a server that did not answer, or does not know the question, is asked again.
    private static let retryAfter: Int64 = 30_000
    private static let retryUnknownAfter: Int64 = 600_000

    private let client: WebClient
    private let patientClient: WebClient
    private let target: String
    private let watchTarget: String
    private let key: Secret

    init(_ server: WebAddress, trust: WebTrust, host: String, key: Secret) {
        client = WebClient(server, trust: trust, timeout: Self.timeout, maximumBytes: Self.maximumAnswerBytes)
        patientClient = WebClient(
            server, trust: trust, timeout: Self.holdTimeout, maximumBytes: Self.maximumAnswerBytes)
        target = "/api/v1/hosts/\(APIClient.segment(host))/readings"
        watchTarget = "/api/v1/hosts/\(APIClient.segment(host))/watch?wait_ms=\(Self.hold)"
        self.key = key
    }

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        do {
            let body = Array(try JSONEncoder().encode(batch))
            let answer = try await client.send(
                .POST, target, [("Authorization", "Bearer \(key.text)"), ("Content-Type", "application/json")],
                body: body)
            return Self.outcome(answer)
        } catch let failure as WebFailure {
            return .failed("\(failure)")
        } catch {
            // What cannot be written now cannot be written later.
            return .refused("a reading cannot be written as JSON")
        }
    }

    func watchers() async -> WatchersOutcome {
        guard let answer = try? await patientClient.send(.GET, watchTarget, [("Authorization", "Bearer \(key.text)")])
        else {
            return .failed(retryAfter: Self.retryAfter)
        }
        guard answer.status == 200, let by = try? JSONDecoder().decode(HostWatchers.self, from: Data(answer.body))
        else {
            // An older server does not know the question.
            return .failed(retryAfter: answer.status == 404 ? Self.retryUnknownAfter : Self.retryAfter)
        }
        return .told(by)
    }

    private static func outcome(_ answer: WebClient.Answer) -> PublishOutcome {
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.body))
        let why = Display.safe(problem?.detail ?? problem?.title ?? "it answered \(answer.status)")
        switch answer.status {
        case 200:
            guard let receipt = try? JSONDecoder().decode(ReadingsReceipt.self, from: Data(answer.body)) else {
                return .failed("its answer is none of Venus'")
            }
            return .settled(receipt)
        case 400, 413, 415, 422: return .refused(why)
        case 401, 403: return .failed("the key is not taken: \(why)")
        default: return .failed(why)
        }
    }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
    }
}

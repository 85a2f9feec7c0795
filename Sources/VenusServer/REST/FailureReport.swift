import Logging
import VenusStore

/// Turns any error into the problem that the client is told; the log gets the reason.
enum FailureReport {
    static func problem(for error: any Error, logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as StoreError:
            logger.warning("The store failed", metadata: ["error": "\(error)"])
            switch error.code {
            case .unavailable, .ambiguous: return .storeUnavailable
            case .fenced, .newerSchema, .refused, .corrupt: return .failed
            }
        default:
            logger.error("A request failed", metadata: ["error": "\(error)"])
            return .failed
        }
    }
}

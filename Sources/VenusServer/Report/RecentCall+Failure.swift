import VenusAnalysis
import VenusCore

extension RecentCall {
    /// Why it failed: its error type, or the status that it was answered with; `nil` of one that did not fail.
    var failure: String? {
        switch call.outcome {
        case .clientError, .serverError, .transportError:
            call.errorType?.name ?? (call.status == 0 ? nil : String(call.status))
        case .success, .unknown, .cancelled, .denied: nil
        }
    }
}

import CLinux
import Crypto
import Synchronization
package import VenusCore

/// Which egress policy a proxy goes by, since when, and what is wrong with its file: what heartbeats tell of it.
///
/// Written where the file is watched, read by shippers.
package final class PolicyStanding: Sendable {
    private let state: Mutex<PolicyReport>
    /// Milliseconds since the epoch.
    private let clock: @Sendable () -> Int64

    /// That of a proxy without a policy's file.
    package convenience init() { self.init(clock: { clinux_wall_microseconds() / 1_000 }) }

    /// With a clock of one's own, in milliseconds since the epoch.
    package init(clock: @escaping @Sendable () -> Int64) {
        self.clock = clock
        state = Mutex(PolicyReport(mode: .none, since: clock()))
    }

    /// Without the counts of calls, which each shipper has of its own.
    package var report: PolicyReport { state.withLock { $0 } }

    /// The policy of this text holds from now on.
    func holds(_ policy: EgressPolicy, text: String) {
        let mode: PolicyReport.Mode = policy.mode == .enforce ? .enforce : .report
        var report = PolicyReport(
            mode: mode, digest: Self.digest(text), rules: policy.rules.count, since: clock())
        state.withLock { state in
            // The file may only have been written again as it was.
            if state.digest == report.digest { report.since = state.since }
            state = report
        }
    }

    /// The file cannot be used as it is; what held goes on to hold.
    func failed(_ reason: String) {
        let fault = PolicyReport.Fault(reason: reason, since: clock())
        state.withLock { if $0.fault?.reason != fault.reason { $0.fault = fault } }
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

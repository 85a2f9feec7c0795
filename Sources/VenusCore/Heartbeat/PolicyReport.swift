/// The egress policy that a proxy goes by, and what came of it.
public struct PolicyReport: Sendable, Hashable {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// There is no policy but what is built in.
        case none
        /// What is denied does not go out.
        case enforce
        /// Everything goes out; what would be denied is marked.
        case report
    }

    /// What is wrong with the policy's file as it is now: the policy from before holds on.
    public struct Fault: Sendable, Hashable {
        /// Longest reason that is told.
        public static let maximumReasonBytes = 500

        /// For people.
        public var reason: String
        /// Since when, in milliseconds since the epoch.
        public var since: Int64

        /// Cuts a reason that is too long.
        public init(reason: String, since: Int64) {
            self.reason = Self.cut(reason)
            self.since = since
        }

        private static func cut(_ reason: String) -> String {
            guard reason.utf8.count > maximumReasonBytes else { return reason }
            var cut = ""
            var count = 0
            for scalar in reason.unicodeScalars {
                count += UTF8.width(scalar)
                guard count <= maximumReasonBytes - 3 else { break }
                cut.unicodeScalars.append(scalar)
            }
            return cut + "…"
        }
    }

    public var mode: Mode
    /// The first 16 hexadecimal digits of the SHA-256 of the file that the policy was read from; empty without one.
    public var digest: String
    public var rules: Int
    /// Since when it holds, in milliseconds since the epoch.
    public var since: Int64
    /// Calls that were denied since the producer's start.
    public var denied: UInt64
    /// Calls that went out and would be denied if the policy were enforced, since the producer's start.
    public var wouldBeDenied: UInt64
    public var fault: Fault?

    public init(
        mode: Mode, digest: String = "", rules: Int = 0, since: Int64, denied: UInt64 = 0, wouldBeDenied: UInt64 = 0,
        fault: Fault? = nil
    ) {
        self.mode = mode
        self.digest = digest
        self.rules = rules
        self.since = since
        self.denied = denied
        self.wouldBeDenied = wouldBeDenied
        self.fault = fault
    }
}

/// The secrets that an endpoint's messages are signed with now: the current one, and while a rotation lasts the ones
/// before.
public struct WebhookKeys: Sendable, Equatable {
    /// Seconds for which an old secret still signs.
    public static let usualOverlap: Int64 = 86_400
    /// Most secrets that sign at a time.
    public static let maximumSecrets = 3

    /// A secret that is on its way out.
    public struct Former: Sendable, Equatable {
        public var secret: WebhookSecret
        /// Seconds since the epoch; from then on it does not sign.
        public var until: Int64

        public init(secret: WebhookSecret, until: Int64) {
            self.secret = secret
            self.until = until
        }
    }

    public private(set) var current: WebhookSecret
    /// The youngest first.
    public private(set) var former: [Former]

    public init(_ current: WebhookSecret, former: [Former] = []) {
        self.current = current
        self.former = Array(former.prefix(Self.maximumSecrets - 1))
    }

    /// Signs with `secret` from now on, and for a while with the one before as well.
    public mutating func rotate(to secret: WebhookSecret, at now: Int64, overlap: Int64 = usualOverlap) {
        guard secret != current else { return }
        let until = now.addingReportingOverflow(max(0, overlap))
        let old = Former(secret: current, until: until.overflow ? .max : until.partialValue)
        former = Array(
            ([old] + former.filter { $0.until > now && $0.secret != secret }).prefix(Self.maximumSecrets - 1))
        current = secret
    }

    /// Those that sign now, the current one first.
    public func active(at now: Int64) -> [WebhookSecret] {
        [current] + former.filter { $0.until > now }.map(\.secret)
    }
}

import NIOCore
import NIOPosix

/// Which addresses messages may go to. A name is looked up once, all its addresses are checked, and those that pass are
/// the ones that are dialled: a name that means something else a moment later leads nowhere.
struct TargetFilter: Sendable {
    private let allowed: [AddressRange]
    private let isAllowed: @Sendable (String) -> Bool

    init(_ configuration: AlertingConfiguration) throws(ServerError) {
        var ranges: [AddressRange] = []
        for text in configuration.allowedTargets {
            guard let range = AddressRange(text) else {
                throw ServerError(
                    .invalidAlertTarget,
                    "alerts.allowed_targets holds addresses and networks such as 127.0.0.0/8, and \(text) is neither.")
            }
            ranges.append(range)
        }
        allowed = ranges
        isAllowed = configuration.isAllowed
    }

    /// - Parameter address: without brackets.
    func allows(_ address: String) -> Bool { allowed.contains { $0.contains(address) } || isAllowed(address) }

    /// The addresses of the host that may be dialled, in the order in which they are to be tried.
    func resolve(_ host: String, port: Int) async throws -> [SocketAddress] {
        let found = try await NIOThreadPool.singleton.runIfActive { try NameLookup.addresses(of: host, port: port) }
        guard !found.isEmpty else { throw WebFailure.cannotConnect }
        let kept = found.filter { address in address.ipAddress.map(allows) ?? false }
        guard !kept.isEmpty else { throw WebFailure.prohibited }
        return kept
    }
}

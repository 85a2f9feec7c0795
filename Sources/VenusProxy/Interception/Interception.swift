/// All that the loops need to intercept: the rules, the leaves, and who does not take them. Shared by all loops.
public final class Interception: Sendable {
    package let rules: InterceptionRules
    package let leaves: LeafCertificates
    public let pins: PinnedHosts

    package init(rules: InterceptionRules, leaves: LeafCertificates, pins: PinnedHosts) {
        self.rules = rules
        self.leaves = leaves
        self.pins = pins
    }

    /// Whether a client's tunnel to this host is intercepted, as things are now.
    ///
    /// - Parameter client: the service that gave its key, or else the client's address.
    package func intercepts(_ host: SubjectName, client: String) -> Bool {
        rules.intercepts(host) && !pins.isPinned(PinnedHost(client: client, host: host.text))
    }

    /// Ends the thread that makes leaves.
    package func stop() { leaves.stop() }
}

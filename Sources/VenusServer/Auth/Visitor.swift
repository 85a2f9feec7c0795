/// Where somebody comes from, and as what.
package struct Visitor: Sendable, Hashable {
    /// Of the client, not of a proxy that we trust to tell.
    package var address: String
    /// What it calls itself, shortened.
    package var agent: String

    package init(address: String, agent: String) {
        self.address = address
        self.agent = agent
    }

    /// The process itself.
    package static let local = Visitor(address: "local", agent: "venus")
}

/// A host whose clients do not take our certificate: they are passed through.
package struct PinnedHost: Sendable, Hashable {
    /// Who does not take it: the service that gave its key, or else the client's address.
    package var client: String
    /// In lower case, without a final dot; an address without brackets.
    package var host: String

    package init(client: String, host: String) {
        self.client = client
        self.host = host
    }
}

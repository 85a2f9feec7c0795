/// What a name stands for.
package struct NameAnswer: Sendable, Hashable {
    /// At least one, in the order in which to try them.
    package var addresses: [IPAddress]
    /// Microseconds that they are good for; `nil` where nobody said.
    package var lifetime: UInt64?

    package init(_ addresses: [IPAddress], lifetime: UInt64? = nil) {
        self.addresses = addresses
        self.lifetime = lifetime
    }
}

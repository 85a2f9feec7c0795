/// The names that one leaf certificate is for; what a leaf is looked up by. Hosts behind one certificate of an origin
/// (`*.example.com`) share one leaf of ours.
package struct LeafNames: Sendable, Hashable {
    /// Names taken over from an origin's certificate at most, and their bytes.
    package static let maximumNames = 100
    package static let maximumBytes = 8 << 10

    /// At least one.
    package let names: [SubjectName]

    /// - Parameters:
    ///   - host: that of the tunnel.
    ///   - origin: the certificate that the origin showed, verified; `nil` where it showed none. Its names are taken
    ///     over where they are for the host, so that a client sees the names that it would have seen.
    package init(host: SubjectName, origin: Certificate? = nil) {
        let names = origin?.names(most: Self.maximumNames) ?? []
        let isFit =
            names.contains { $0.covers(host) } && names.reduce(0) { $0 + $1.bytes } <= Self.maximumBytes
        self.names = isFit ? names : [host]
    }

    /// Just these; at least one.
    package init(names: [SubjectName]) {
        precondition(!names.isEmpty, "a certificate without a name is for nobody")
        self.names = names
    }

    var bytes: Int { names.reduce(0) { $0 + $1.bytes } }
}

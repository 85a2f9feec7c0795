/// The order in which the addresses of a name are tried.
package enum AddressOrder {
    /// Addresses of one name that are tried at most; the rest is left out.
    package static let maximumAddresses = 32

    /// Alternates between the families, beginning with that of the first address (RFC 8305, section 4), so that a
    /// family which leads nowhere costs one attempt. Within a family the order stays: it is the system's (RFC 6724).
    package static func interleaved(_ addresses: [IPAddress]) -> [IPAddress] {
        guard let first = addresses.first else { return [] }
        let leading = addresses.filter { $0.isIPv6 == first.isIPv6 }
        let following = addresses.filter { $0.isIPv6 != first.isIPv6 }
        var result: [IPAddress] = []
        for place in 0..<max(leading.count, following.count) {
            if place < leading.count { result.append(leading[place]) }
            if place < following.count { result.append(following[place]) }
        }
        return Array(result.prefix(maximumAddresses))
    }
}

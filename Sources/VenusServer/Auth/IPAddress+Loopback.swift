extension IPAddress {
    /// Whether only this machine reaches an address, or `localhost`.
    static func isLoopback(_ host: String) -> Bool {
        host.lowercased() == "localhost" || AddressRange("127.0.0.0/8")?.contains(host) == true
            || AddressRange("::1")?.contains(host) == true
    }
}

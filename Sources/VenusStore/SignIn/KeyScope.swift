/// What a program's API key is good for; nothing else.
public enum KeyScope: String, Sendable, Hashable, CaseIterable {
    /// Reads all that a viewer may read.
    case read
    /// Writes the readings of hosts.
    case writeHosts = "hosts:write"
}

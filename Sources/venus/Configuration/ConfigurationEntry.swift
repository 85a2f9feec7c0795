/// The effective value of one key, as it may be shown, and where it comes from.
package struct ConfigurationEntry: Sendable, Hashable {
    package var key: ConfigurationKey
    /// `(set)` for a secret; URLs without their passwords.
    package var shown: String
    package var source: ConfigurationSource
}

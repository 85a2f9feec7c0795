/// Which Venus this is.
public enum Version {
    /// Semantic version, as `venus --version`, heartbeats and the live socket's `hello` give it.
    public static let current = "0.1.0"
}

/// Links to the dashboard.
enum WebLink {
    static let maximumBytes = 2_000

    /// The link, if it is one of the web in plain ASCII that no receiver takes for something else; `nil` otherwise.
    static func checked(_ link: String) -> String? {
        guard link.hasPrefix("https://") || link.hasPrefix("http://"), link.utf8.count <= maximumBytes else {
            return nil
        }
        let isPlain = link.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && ![UInt8]("\"<>\\^`{|}".utf8).contains(byte)
        }
        return isPlain ? link : nil
    }
}

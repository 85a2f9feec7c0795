/// What `venus config check` prints: every key, its effective value and where that comes from. Secrets are `(set)`.
package enum ConfigCheck {
    package static func report(_ configuration: VenusConfiguration) -> String {
        let order = Dictionary(uniqueKeysWithValues: ConfigurationKey.all.enumerated().map { ($1, $0) })
        let entries = configuration.entries.sorted { (order[$0.key] ?? 0) < (order[$1.key] ?? 0) }
        let keyWidth = entries.map(\.key.name.count).max() ?? 0
        let valueWidth = min(entries.map(\.shown.count).max() ?? 0, 48)
        let heading =
            configuration.file.map { "The configuration is valid. File: \($0)" }
            ?? "The configuration is valid. File: none"
        let lines = entries.map { entry in
            entry.key.name.padded(to: keyWidth) + "  " + entry.shown.shownInError.padded(to: valueWidth) + "  "
                + entry.source.description
        }
        return ([heading, ""] + lines).joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

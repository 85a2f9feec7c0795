package import VenusProxy

/// The text of a keys file as it is edited: comments and the lines of other keys stay as they are.
package struct KeysFileText: Sendable {
    package private(set) var text: String

    /// What a new file begins with.
    private static let heading = """
        # The keys of the services that may use the proxy, one a line: SERVICE sha256:DIGEST [NOTE]
        # `venus key` writes this file. A key is shown when it is made, and never again.

        """

    /// `nil`: there is no file yet.
    package init(_ text: String?) { self.text = text ?? Self.heading }

    /// Adds a key behind all others. Throws ``KeysFileError`` where the file is wrong, or would be.
    package mutating func append(_ key: ServiceKey) throws(KeysFileError) {
        let separator = text.isEmpty || text.last?.isNewline == true ? "" : "\n"
        let next = text + separator + key.text + "\n"
        _ = try ServiceKeys(text: next)
        text = next
    }

    /// Takes out the keys of the service of this name, or else the one key of this id; returns them, none where nothing
    /// is called so. Throws ``KeysFileError`` where the file is wrong.
    package mutating func remove(_ name: String) throws(KeysFileError) -> [ServiceKey] {
        let keys = try ServiceKeys(text: text).keys
        let ofService = keys.filter { $0.service == name }
        let removed = ofService.isEmpty ? keys.filter { $0.id == name.lowercased() } : ofService
        let places = Set(removed.map { $0.line - 1 })
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for place in places.sorted(by: >) { lines.remove(at: place) }
        if !removed.isEmpty { text = lines.joined(separator: "\n") }
        return removed
    }
}

/// The path under which people reach the server, where something in front of it gives it one: `/venus` of
/// `https://example.com/venus`.
package struct WebPath: Sendable, Hashable {
    /// Begins with a slash, and ends without; empty where there is none.
    package let text: String

    package init() { text = "" }

    /// - Parameter url: an http or https URL.
    package init(of url: String) {
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        var path = String(rest.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" })
        while path.last == "/" { path.removeLast() }
        text = path
    }

    /// Where a page is that was asked for by the path alone: behind a slash, for its own links are relative. `nil` where the
    /// target is another.
    package func completed(_ target: String) -> String? {
        guard !text.isEmpty, target.prefix(while: { $0 != "?" }) == text else { return nil }
        return text + "/" + target.dropFirst(text.count)
    }

    /// The path as our routes know it, whether or not what stands before us has taken its part away.
    package func strip(_ path: Substring) -> Substring {
        guard !text.isEmpty, path.hasPrefix(text) else { return path }
        let rest = path.dropFirst(text.count)
        if rest.isEmpty { return "/" }
        return rest.first == "/" ? rest : path
    }
}

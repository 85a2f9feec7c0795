/// Why a text names no upstream proxy or no destinations, and what would be right: the words behind it in a sentence.
/// Holds nothing of the text, which may have a password in it.
package struct UpstreamFault: Error, Sendable, Hashable {
    package var reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// Why a text in a policy cannot be used, and what would be right: the words behind it in a sentence.
package struct PolicyFault: Error, Sendable, Hashable {
    package var reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// When to read a keys file again: once it differs from what was dealt with, and has stood still from one look to the
/// next, so that a file is not read in the middle of being written.
package struct KeysFileWatchStateMachine: Sendable {
    package enum Action: Sendable, Hashable {
        case nothing
        case read
        /// It is gone: the keys that were read from it hold on.
        case sayThatItIsGone
    }

    /// The state that was dealt with; outer `nil`: none.
    private var handled: KeysFile.Fingerprint??
    /// At the last look.
    private var seen: KeysFile.Fingerprint?

    /// `loaded`: the state that the keys which hold were read from.
    package init(loaded: KeysFile.Fingerprint) {
        handled = .some(loaded)
        seen = loaded
    }

    /// A look at the file; `nil` where it is not there.
    package mutating func looked(_ fingerprint: KeysFile.Fingerprint?) -> Action {
        defer { seen = fingerprint }
        if case .some(fingerprint) = handled { return .nothing }
        guard fingerprint == seen else { return .nothing }
        handled = .some(fingerprint)
        return fingerprint == nil ? .sayThatItIsGone : .read
    }

    /// It was changing while it was read: it is to be read once more.
    package mutating func readTooEarly() { handled = .none }
}

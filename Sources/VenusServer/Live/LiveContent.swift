/// A view's JSON, and where its parts are in it: what tells which items are new, so that only they are sent.
///
/// A part is a member of the object. A member that is an array of objects, each with an `id`, is a list; every other
/// is compared and sent as a whole. Only for JSON that we wrote: what is malformed is one part without a list.
package struct LiveContent: Sendable {
    /// `{"at":"…",`
    let start: [UInt8]
    /// The other members and the closing brace.
    let rest: [UInt8]
    private let members: [Member]

    private struct Member: Sendable {
        var name: Range<Int>
        /// With its name.
        var whole: Range<Int>
        /// `nil` where it is no list.
        var items: [Item]?
    }

    private struct Item: Sendable, Equatable {
        var id: Range<Int>
        var whole: Range<Int>
    }

    package init(start: [UInt8], rest: [UInt8]) {
        self.start = start
        self.rest = rest
        members = Self.members(of: rest) ?? []
    }

    // MARK: What changed

    /// What turns `older` into this, for somebody who has it: `at`, and the other members that differ. Of a list its
    /// items that are new, whole, and those that differ, as ``ObjectChanges``; in `removed` the ids of the items that
    /// are gone, by list, and of those whose members are no longer the same: these are in their list again, whole.
    /// `nil` where only the whole can tell.
    package func changes(since older: LiveContent) -> [UInt8]? {
        guard !members.isEmpty, members.map({ rest[$0.name] }) == older.members.map({ older.rest[$0.name] }) else {
            return nil
        }
        var bytes = start
        var removed: [UInt8] = []
        var needsComma = false
        func separate(_ bytes: inout [UInt8], _ needsComma: inout Bool) {
            if needsComma { bytes.append(UInt8(ascii: ",")) }
            needsComma = true
        }
        for (member, known) in zip(members, older.members) {
            guard let items = member.items, let knownItems = known.items else {
                guard rest[member.whole] != older.rest[known.whole] else { continue }
                separate(&bytes, &needsComma)
                bytes += rest[member.whole]
                continue
            }
            let (changed, gone) = compare(items, with: knownItems, of: older)
            if !changed.isEmpty {
                separate(&bytes, &needsComma)
                bytes += rest[member.name]
                bytes += ":[".utf8
                Self.join(changed, into: &bytes)
                bytes.append(UInt8(ascii: "]"))
            }
            if !gone.isEmpty {
                if !removed.isEmpty { removed.append(UInt8(ascii: ",")) }
                removed += rest[member.name]
                removed += ":[".utf8
                Self.join(gone, into: &removed)
                removed.append(UInt8(ascii: "]"))
            }
        }
        if !removed.isEmpty {
            separate(&bytes, &needsComma)
            bytes += "\"removed\":{".utf8
            bytes += removed
            bytes.append(UInt8(ascii: "}"))
        }
        // `at` alone has a comma behind it.
        if !needsComma { bytes.removeLast() }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// - Returns: the items, or what differs in them, and the ids of those that are gone.
    private func compare(
        _ items: [Item], with known: [Item], of older: LiveContent
    ) -> (changed: [ArraySlice<UInt8>], gone: [ArraySlice<UInt8>]) {
        var changed: [ArraySlice<UInt8>] = []
        var gone: [ArraySlice<UInt8>] = []
        func compare(_ item: Item, with known: Item) {
            guard rest[item.whole] != older.rest[known.whole] else { return }
            let changes = ObjectChanges.between(
                JSONScanner(rest, from: item.whole.lowerBound), JSONScanner(older.rest, from: known.whole.lowerBound))
            changed.append(changes.map { $0[...] } ?? rest[item.whole])
            if changes == nil { gone.append(older.rest[known.id]) }
        }
        // Nearly always the same items stand in the same places.
        if items.count == known.count, zip(items, known).allSatisfy({ rest[$0.id] == older.rest[$1.id] }) {
            for (item, known) in zip(items, known) { compare(item, with: known) }
            return (changed, gone)
        }
        var places: [ArraySlice<UInt8>: Item] = [:]
        for item in known { places[older.rest[item.id]] = item }
        for item in items {
            if let known = places.removeValue(forKey: rest[item.id]) {
                compare(item, with: known)
            } else {
                changed.append(rest[item.whole])
            }
        }
        gone += known.filter { places[older.rest[$0.id]] != nil }.map { older.rest[$0.id] }
        return (changed, gone)
    }

    private static func join(_ pieces: [ArraySlice<UInt8>], into bytes: inout [UInt8]) {
        for (place, piece) in pieces.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += piece
        }
    }

    // MARK: Reading

    /// The members of an object whose opening brace has been read already.
    private static func members(of rest: [UInt8]) -> [Member]? {
        var scanner = JSONScanner(rest)
        var members: [Member] = []
        while true {
            let begin = scanner.place
            guard let name = scanner.string(), scanner.take(":") else { return nil }
            let valueBegin = scanner.place
            guard scanner.skipValue() else { return nil }
            members.append(
                Member(
                    name: name, whole: begin..<scanner.place,
                    items: items(of: rest, in: valueBegin..<scanner.place)))
            if scanner.take(",") { continue }
            return scanner.take("}") && scanner.isAtEnd ? members : nil
        }
    }

    private static func items(of rest: [UInt8], in range: Range<Int>) -> [Item]? {
        var scanner = JSONScanner(rest, from: range.lowerBound)
        guard scanner.take("[") else { return nil }
        if scanner.take("]") { return [] }
        var items: [Item] = []
        while true {
            let begin = scanner.place
            guard let id = scanner.objectID() else { return nil }
            items.append(Item(id: id, whole: begin..<scanner.place))
            if scanner.take(",") { continue }
            return scanner.take("]") ? items : nil
        }
    }
}

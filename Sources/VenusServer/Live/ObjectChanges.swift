/// What turns one version of an object into another: the members that differ, and of members that are objects the same
/// of theirs. A client puts it together by taking these members over, objects member by member.
///
/// Only for JSON that we wrote, whose members keep their order.
struct ObjectChanges {
    private var newer: JSONScanner
    private var older: JSONScanner
    private var bytes: [UInt8] = []

    private static let id = Array("\"id\"".utf8)

    /// The changes of an object with an `id`, which is among them in any case; `nil` where a member has come or gone,
    /// at any depth: then only the whole tells what there is. Each scanner stands at its object.
    static func between(_ newer: JSONScanner, _ older: JSONScanner) -> [UInt8]? {
        var changes = ObjectChanges(newer: newer, older: older)
        return changes.object(keepsID: true) == nil ? nil : changes.bytes
    }

    private init(newer: JSONScanner, older: JSONScanner) {
        self.newer = newer
        self.older = older
    }

    /// Goes past both, and writes what differs.
    ///
    /// - Returns: whether anything does; `nil` where their members are not the same.
    private mutating func object(keepsID: Bool = false) -> Bool? {
        guard newer.take("{"), older.take("{") else { return nil }
        bytes.append(UInt8(ascii: "{"))
        if newer.take("}") {
            bytes.append(UInt8(ascii: "}"))
            return older.take("}") ? false : nil
        }
        var isFirst = true
        var differs = false
        while true {
            let begin = bytes.count
            guard let name = newer.string(), let known = older.string(), newer[name].elementsEqual(older[known]),
                newer.take(":"), older.take(":")
            else { return nil }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            bytes += newer[name]
            bytes.append(UInt8(ascii: ":"))
            guard let isDifferent = value() else { return nil }
            if isDifferent || (keepsID && newer[name].elementsEqual(Self.id)) {
                isFirst = false
                differs = differs || isDifferent
            } else {
                bytes.removeSubrange(begin...)
            }
            if newer.take(",") {
                guard older.take(",") else { return nil }
                continue
            }
            bytes.append(UInt8(ascii: "}"))
            return newer.take("}") && older.take("}") ? differs : nil
        }
    }

    private mutating func value() -> Bool? {
        if newer.isAtObject, older.isAtObject { return object() }
        let (begin, known) = (newer.place, older.place)
        guard newer.skipValue(), older.skipValue() else { return nil }
        bytes += newer[begin..<newer.place]
        return !newer[begin..<newer.place].elementsEqual(older[known..<older.place])
    }
}

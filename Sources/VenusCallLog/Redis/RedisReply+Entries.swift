extension RedisReply {
    /// What XINFO STREAM answers: names and values by turns. How many entries were ever added is known from Redis 7 on.
    func shardExtent() throws(CallLogError) -> ShardExtent {
        guard case .array(let parts) = self else { throw CallLogError(unexpected: "XINFO STREAM") }
        var values: [String: RedisReply] = [:]
        for place in stride(from: 0, to: parts.count - 1, by: 2) {
            if let name = parts[place].text { values[name] = parts[place + 1] }
        }
        guard let newest = values["last-generated-id"]?.text.flatMap({ EntryID($0) }),
            case .integer(let length)? = values["length"]
        else { throw CallLogError(unexpected: "XINFO STREAM") }
        var extent = ShardExtent(newest: newest)
        if case .array(let first)? = values["first-entry"] { extent.oldest = first.first?.text.flatMap { EntryID($0) } }
        if case .integer(let added)? = values["entries-added"], added >= length, length >= 0 {
            extent.removed = UInt64(added - length)
        }
        return extent
    }

    /// What XREAD of one stream answers: `[[key, [[id, [name, value, …]], …]]]`, or nothing.
    func entriesRead() throws(CallLogError) -> [LogEntry] {
        if self == .null { return [] }
        guard case .array(let streams) = self, streams.count == 1, case .array(let stream) = streams[0],
            stream.count == 2
        else { throw CallLogError(unexpected: "XREAD") }
        return try stream[1].entries(of: "XREAD")
    }

    /// `[[id, [name, value, …]], …]`.
    func entries(of command: String) throws(CallLogError) -> [LogEntry] {
        guard case .array(let items) = self else { throw CallLogError(unexpected: command) }
        var entries: [LogEntry] = []
        entries.reserveCapacity(items.count)
        for item in items {
            guard case .array(let parts) = item, parts.count == 2, let id = parts[0].text.flatMap({ EntryID($0) }),
                case .array(let texts) = parts[1], texts.count.isMultiple(of: 2)
            else { throw CallLogError(unexpected: command) }
            var fields: [EntryField] = []
            fields.reserveCapacity(texts.count / 2)
            for place in stride(from: 0, to: texts.count, by: 2) {
                guard let name = texts[place].text, let value = texts[place + 1].bytes else {
                    throw CallLogError(unexpected: command)
                }
                fields.append(EntryField(name, value))
            }
            entries.append(LogEntry(id: id, fields: fields))
        }
        return entries
    }
}

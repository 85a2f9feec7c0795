import CHiredis

/// A command as the bytes that go to Redis, in memory of hiredis.
package struct RESPCommand: ~Copyable {
    private let text: UnsafeMutablePointer<CChar>
    private let count: Int

    /// - Parameter arguments: the command's name and its arguments, of any bytes.
    package init(_ arguments: [[UInt8]]) {
        let lengths = arguments.map(\.count)
        let joined = arguments.flatMap(\.self)
        var text: UnsafeMutablePointer<CChar>?
        let count = joined.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var offset = 0
            var pointers = lengths.map { length in
                defer { offset += length }
                return start.map { UnsafePointer($0 + offset) }
            }
            return redisFormatCommandArgv(&text, CInt(arguments.count), &pointers, lengths)
        }
        // It fails only when malloc does: nothing that comes from the network can bring it about.
        guard count >= 0, let text else { fatalError("no memory for a Redis command") }
        self.text = text
        self.count = Int(count)
    }

    deinit { redisFreeCommand(text) }

    /// The bytes; valid as long as the command.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: text, count: count) }
}

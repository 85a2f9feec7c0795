import VenusCallLog
import VenusCore

/// Any bytes as an entry of the call log: what is let through can be written again, and is the same then.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBlocks(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        guard let fields = try? JournalEntryText.decode(bytes) else { return }
        require((try? JournalEntryText.decode(JournalEntryText.encode(fields))) == fields, "an entry stays itself")
        switch BlockDecoder.decode(LogEntry(id: .start, fields: fields)) {
        case .malformed, .newerVersion: return
        case .heartbeat(let heartbeat):
            let again = BlockDecoder.decode(LogEntry(id: .start, fields: BlockEncoder.entry(heartbeat)))
            require(again == .heartbeat(heartbeat), "a heartbeat stays itself: \(heartbeat)")
        case .calls(let record):
            guard let block = try? record.block() else { return }
            require(block.calls.count == record.header.count, "as many calls as announced")
            let again = BlockDecoder.decode(LogEntry(id: .start, fields: BlockEncoder.entry(block)))
            guard case .calls(let second) = again else { return require(false, "written, and refused: \(again)") }
            require((try? second.block()) == block, "a block stays itself: \(block)")
        }
    }
}

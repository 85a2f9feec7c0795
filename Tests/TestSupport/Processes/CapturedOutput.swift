import Foundation
import Synchronization

/// What a process wrote to one of its outputs: the last 4 MiB of it.
public final class CapturedOutput: Sendable {
    static let maximumBytes = 4 << 20
    private let bytes = Mutex<[UInt8]>([])

    func append(_ piece: UnsafeRawBufferPointer) {
        bytes.withLock {
            $0.append(contentsOf: piece)
            if $0.count > Self.maximumBytes { $0.removeFirst($0.count - Self.maximumBytes / 2) }
        }
    }

    public var data: [UInt8] { bytes.withLock { $0 } }
    public var text: String { String(decoding: data, as: UTF8.self) }
    /// The lines that are complete.
    public var lines: [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines.removeLast()
        return lines
    }

    /// Reads the descriptor to its end, then closes it.
    func drain(_ descriptor: Int32) {
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
        defer {
            space.deallocate()
            close(descriptor)
        }
        while true {
            let count = read(descriptor, space.baseAddress, space.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return }
            append(UnsafeRawBufferPointer(rebasing: space[..<count]))
        }
    }
}

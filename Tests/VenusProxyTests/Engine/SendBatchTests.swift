import Foundation
import Glibc
import Testing
import VenusProxy

@Suite("Messages that are sent together")
struct SendBatchTests {
    /// Two ends of a stream, closed at the end.
    private final class Stream {
        let near: Int32
        let far: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
            (near, far) = (ends[0], ends[1])
        }

        deinit {
            close(near)
            close(far)
        }

        func received() -> String {
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(far, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
    }

    /// Adds each text to a batch, sends it, and tells what came of it.
    private func send(_ batch: inout SendBatch, _ messages: [(text: String, descriptor: Int32)]) -> [String] {
        var memory: [UnsafeMutableBufferPointer<UInt8>] = []
        defer { for bytes in memory { bytes.deallocate() } }
        for message in messages {
            let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: message.text.utf8.count)
            _ = bytes.initialize(from: message.text.utf8)
            memory.append(bytes)
            batch.add(UnsafeBufferPointer(bytes), to: message.descriptor)
        }
        batch.send()
        defer { batch.removeAll() }
        return messages.indices.map { "\(batch.result(at: $0))" }
    }

    @Test("reach each its socket, more than one call takes as well, and one alone", arguments: [true, false])
    func all(byRing: Bool) {
        var batch = SendBatch(byRing: byRing)
        for count in [SendBatch.capacity * 2 + 7, 1, 2, 0, SendBatch.capacity] {
            let streams = (0..<count).map { _ in Stream() }
            let results = send(&batch, streams.enumerated().map { ("message \($0.offset)", $0.element.near) })
            #expect(results == (0..<count).map { "moved(\("message \($0)".utf8.count))" })
            #expect(streams.map { $0.received() } == (0..<count).map { "message \($0)" })
        }
    }

    @Test("keep their order on one socket", arguments: [true, false])
    func order(byRing: Bool) {
        var batch = SendBatch(byRing: byRing)
        let stream = Stream()
        let texts = (0..<100).map { "\($0) " }
        _ = send(&batch, texts.map { ($0, stream.near) })
        #expect(stream.received() == texts.joined())
    }

    @Test("fail each by itself: a socket that is full, one whose other side has left, none", arguments: [true, false])
    func failures(byRing: Bool) {
        signal(SIGPIPE, SIG_IGN)
        var batch = SendBatch(byRing: byRing)
        let (good, full, left) = (Stream(), Stream(), Stream())
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(full.near, block, block.count) > 0 {}
        shutdown(left.far, Int32(SHUT_RDWR))
        let results = send(&batch, [("a", full.near), ("b", left.near), ("c", -1), ("d", good.near)])
        #expect(results == ["wouldBlock", "failed(\(EPIPE))", "failed(\(EBADF))", "moved(1)"])
        #expect(good.received() == "d")

        batch.addFailure()
        batch.send()
        #expect("\(batch.result(at: 0))" == "failed(\(EBADF))")
    }

    @Test("tell how much of a message a socket took", arguments: [true, false])
    func part(byRing: Bool) throws {
        var batch = SendBatch(byRing: byRing)
        let (narrow, other) = (Stream(), Stream())
        let text = String(repeating: "x", count: 1 << 20)
        let results = send(&batch, [(text, narrow.near), ("y", other.near)])
        let taken = try #require(Int(results[0].dropFirst("moved(".count).dropLast()))
        #expect(taken > 0 && taken < text.utf8.count)
        #expect(results[1] == "moved(1)")
    }

    /// Linux 6.6 has the setting, and no filter of a container forbids the call.
    private static var isRingAllowed: Bool {
        let setting = try? String(contentsOfFile: "/proc/sys/kernel/io_uring_disabled", encoding: .ascii)
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .ascii)
        return setting == "0\n" && status?.contains("\nSeccomp:\t0\n") == true
    }

    @Test("go by io_uring where the system allows it", .enabled(if: isRingAllowed))
    func ring() {
        let usesRing = SendBatch(byRing: true).usesRing
        #expect(usesRing)
        let usesNone = !SendBatch(byRing: false).usesRing
        #expect(usesNone)
    }
}

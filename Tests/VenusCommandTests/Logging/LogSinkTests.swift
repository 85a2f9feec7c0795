import Logging
import Synchronization
import Testing
import venus

@Suite("The log")
struct LogSinkTests {
    private final class Recording: Sendable {
        let lines = Mutex<[String]>([])
        let now = Mutex<Int64>(0)

        func sink() -> LogSink {
            LogSink(
                format: .text, milliseconds: { self.now.withLock { $0 } },
                write: { line in self.lines.withLock { $0.append(line) } })
        }
        var written: [String] { lines.withLock { $0 } }
    }

    @Test("writes a repeating message ten times a minute, then tells how many were left out")
    func repeating() {
        let recording = Recording()
        let sink = recording.sink()
        for attempt in 1...25 {
            sink.log(level: .warning, label: "redis", message: "no connection", metadata: ["attempt": "\(attempt)"])
        }
        #expect(recording.written.count == 10)
        sink.log(level: .warning, label: "redis", message: "another message", metadata: [:])
        #expect(recording.written.count == 11)
        recording.now.withLock { $0 = 60_000 }
        sink.log(level: .info, label: "proxy", message: "third", metadata: [:])
        #expect(
            recording.written.suffix(2) == [
                "1970-01-01T00:01:00.000Z WARNING redis: no connection repeated=15\n",
                "1970-01-01T00:01:00.000Z INFO proxy: third\n",
            ])
        sink.log(level: .warning, label: "redis", message: "no connection", metadata: [:])
        #expect(recording.written.last == "1970-01-01T00:01:00.000Z WARNING redis: no connection\n")
    }

    @Test("tells at the end what it still holds back")
    func flush() {
        let recording = Recording()
        let sink = recording.sink()
        for _ in 1...11 { sink.log(level: .error, label: "a", message: "m", metadata: [:]) }
        sink.flush()
        #expect(recording.written.count == 11)
        #expect(recording.written.last == "1970-01-01T00:00:00.000Z ERROR a: m repeated=1\n")
        sink.flush()
        #expect(recording.written.count == 11)
    }

    @Test("remembers a bounded number of messages")
    func bounded() {
        var limiter = RepetitionLimiter()
        for number in 0..<100_000 {
            let admitted = limiter.admits(.init(level: "info", label: "a", text: "\(number)"), at: 0)
            #expect(admitted)
        }
        let ended = limiter.takeEnded(at: 60_000)
        #expect(ended.isEmpty)
    }

    @Test("adds the metadata of logger and event, the event's winning, and keeps levels apart")
    func handler() {
        let recording = Recording()
        var logger = Logger(label: "proxy") { VenusLogHandler(label: $0, level: .info, sink: recording.sink()) }
        logger[metadataKey: "a"] = "1"
        logger[metadataKey: "b"] = "1"
        logger.info("hello", metadata: ["b": "2"])
        logger.debug("not at this level")
        #expect(recording.written == ["1970-01-01T00:00:00.000Z INFO proxy: hello a=1 b=2\n"])
    }
}

import Foundation
package import Logging
import Synchronization

/// Where every logger's lines go: one at a time, rate-limited when they repeat.
package final class LogSink: Sendable {
    private let format: VenusConfiguration.Log.Format
    private let limiter = Mutex(RepetitionLimiter())
    private let milliseconds: @Sendable () -> Int64
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - milliseconds: since the epoch.
    ///   - write: takes a line with its newline; called one at a time.
    package init(
        format: VenusConfiguration.Log.Format,
        milliseconds: @escaping @Sendable () -> Int64 = LogSink.currentMilliseconds,
        write: @escaping @Sendable (String) -> Void = LogSink.writeToStandardError
    ) {
        self.format = format
        self.milliseconds = milliseconds
        self.write = write
    }

    package func log(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata) {
        let now = milliseconds()
        let identity = RepetitionLimiter.Message(level: level.rawValue, label: label, text: message)
        limiter.withLock { limiter in
            for ended in limiter.takeEnded(at: now) { writeHeldBack(ended, at: now) }
            guard limiter.admits(identity, at: now) else { return }
            let line = LogLine(
                milliseconds: now, level: level, label: label, message: message, metadata: metadata)
            write(line.rendered(as: format) + "\n")
        }
    }

    /// Tells what is still held back; before the process ends.
    package func flush() {
        let now = milliseconds()
        limiter.withLock { limiter in
            for held in limiter.takeEnded(at: .max) { writeHeldBack(held, at: now) }
        }
    }

    private func writeHeldBack(_ held: (message: RepetitionLimiter.Message, heldBack: Int), at now: Int64) {
        let line = LogLine(
            milliseconds: now, level: Logger.Level(rawValue: held.message.level) ?? .info, label: held.message.label,
            message: held.message.text, metadata: ["repeated": "\(held.heldBack)"])
        write(line.rendered(as: format) + "\n")
    }

    @Sendable package static func currentMilliseconds() -> Int64 {
        Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down))
    }

    /// Writes the whole line, or gives up where nobody reads: a log must not stop a role.
    @Sendable package static func writeToStandardError(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var written = 0
            // The address is there: a line has at least its newline.
            while written < bytes.count {
                let count = Foundation.write(STDERR_FILENO, bytes.baseAddress! + written, bytes.count - written)
                if count > 0 { written += count } else if errno != EINTR { return }
            }
        }
    }
}

import ArgumentParser
import Foundation

/// Something that a person can put right: printed as one line, exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Exit statuses beside 0 and 1, from sysexits(3).
extension ExitCode {
    /// The configuration is wrong (EX_CONFIG).
    static let configuration = ExitCode(78)
}

/// Writes a line to standard output, at once: whoever waits for it at the other end of a pipe gets it.
/// Where nobody reads any more, as in `venus graph | head -1`, that is no error.
func printLine(_ line: String) { try? writeLine(line) }

/// The same, for what goes on only as long as somebody reads.
func writeLine(_ line: String) throws { try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }

/// Writes a line to standard error, if somebody reads it.
func printError(_ line: String) { try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8)) }

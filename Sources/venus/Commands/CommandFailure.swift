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
func printLine(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Writes a line to standard error.
func printError(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

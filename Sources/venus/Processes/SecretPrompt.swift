import Foundation
import Glibc

/// Asks a person for a secret: never as an argument, which others on the machine can see.
enum SecretPrompt {
    /// Longest line that is read, in bytes.
    private static let maximumBytes = 4_096

    /// One line of standard input; from a terminal without showing it.
    static func read(_ question: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var settings = termios()
        if isTerminal {
            try? FileHandle.standardError.write(contentsOf: Data(question.utf8))
            guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandFailure("cannot read from the terminal") }
            var silent = settings
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
                try? FileHandle.standardError.write(contentsOf: Data("\n".utf8))
            }
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty, line.utf8.count <= maximumBytes else {
            throw CommandFailure("no secret was given: type it, or give it as one line of standard input")
        }
        return line
    }

    /// The same twice where a person types it, because nobody sees what was typed.
    static func readNew(_ question: String) throws -> String {
        let first = try read(question)
        guard isatty(STDIN_FILENO) == 1 else { return first }
        guard try read("Again: ") == first else { throw CommandFailure("the two are not the same") }
        return first
    }
}

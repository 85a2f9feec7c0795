import Foundation
import Glibc
import VenusProxy

/// Changes a keys file so that whoever reads it sees the old one or the new one, whole; two changes never meet.
struct KeysFileEditor {
    let path: String

    /// Where a link leads to: it is the file that is replaced, not the link.
    private var target: String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// Reads the file, has it changed, and puts the result in its place: with mode and owner of the old one, or for
    /// nobody but us. A file that is not there is `nil`.
    func edit<Result>(_ change: (inout KeysFileText) throws -> Result) throws -> Result {
        let target = target
        let directory = URL(fileURLWithPath: target).deletingLastPathComponent().path
        // Held until it is closed.
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw failure("cannot open the directory \(directory)") }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw failure("cannot lock the directory \(directory)") }

        var text = KeysFileText(try read(target))
        let before = text.text
        do {
            let result = try change(&text)
            if text.text != before { try replace(target, with: text.text, directory: lock) }
            return result
        } catch let error as KeysFileError {
            throw CommandFailure("\(path): \(error)")
        }
    }

    /// The file's text; `nil` where there is none.
    func read() throws -> String? { try read(target) }

    private func read(_ path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else { throw failure("cannot read \(path)") }
        guard let text = String(data: data, encoding: .utf8) else { throw CommandFailure("\(path) is not UTF-8 text") }
        return text
    }

    private func replace(_ path: String, with text: String, directory: Int32) throws {
        let temporary = "\(path).new.\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot create \(temporary)") }
        defer { close(file) }
        do {
            try keepOwner(of: path, on: file)
            try FileHandle(fileDescriptor: file).write(contentsOf: Data(text.utf8))
            guard fsync(file) == 0, rename(temporary, path) == 0 else { throw failure("cannot write \(path)") }
        } catch {
            unlink(temporary)
            throw error
        }
        fsync(directory)
    }

    private func keepOwner(of path: String, on file: Int32) throws {
        var (old, new) = (stat(), stat())
        guard stat(path, &old) == 0 else { return }
        guard fstat(file, &new) == 0 else { throw failure("cannot write \(path)") }
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid), fchown(file, old.st_uid, old.st_gid) != 0 {
            throw failure("cannot keep the owner of \(path); run this as that user")
        }
        guard fchmod(file, old.st_mode & 0o775) == 0 else { throw failure("cannot keep the mode of \(path)") }
    }

    private func failure(_ what: String) -> CommandFailure {
        CommandFailure("\(what): \(String(cString: strerror(errno)))")
    }
}

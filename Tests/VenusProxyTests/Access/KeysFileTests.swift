import Glibc
import TestSupport
import Testing
import VenusProxy

@Suite("Reading and watching a keys file")
struct KeysFileTests {
    private let directory: TemporaryDirectory
    private let line = "checkout sha256:\(KeyDigest(of: Array("key".utf8)).hexadecimal)\n"

    init() throws { directory = try TemporaryDirectory("venus-keys") }

    private func error(_ path: String) -> KeysFileError? {
        do {
            _ = try KeysFile(path: path).read()
            return nil
        } catch { return error }
    }

    @Test("reads what is there, and says who could write it")
    func reads() throws {
        let path = try directory.write(line, to: "keys")
        chmod(path, 0o640)
        let content = try KeysFile(path: path).read()
        #expect(content.keys.services == ["checkout"])
        #expect(!content.isWritableByGroup)
        #expect(content.fingerprint == KeysFile(path: path).fingerprint)
        chmod(path, 0o660)
        #expect(try KeysFile(path: path).read().isWritableByGroup)
        #expect(content.fingerprint != KeysFile(path: path).fingerprint)
    }

    @Test("refuses what is missing, no file, no text, too large, or writable by everybody")
    func refuses() throws {
        #expect(error(directory.file("none"))?.description == "it cannot be read: No such file or directory")
        #expect(KeysFile(path: directory.file("none")).fingerprint == nil)
        #expect(error(directory.path)?.description.hasPrefix("it cannot be read") == true)
        mkfifo(directory.file("pipe"), 0o600)
        #expect(error(directory.file("pipe")) == .unreadable("it is no file"))
        let path = try directory.write(line, to: "keys")
        chmod(path, 0o666)
        #expect(error(path) == .writableByAll)
        let large = try directory.write(String(repeating: "#", count: ServiceKeys.maximumBytes + 1), to: "large")
        #expect(error(large) == .tooLarge)
        let binary = directory.file("binary")
        let descriptor = open(binary, O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, [0xFF, 0xFE] as [UInt8], 2) == 2)
        close(descriptor)
        #expect(error(binary) == .notText)
    }

    @Test("a change is read once it has stood still for one look, and only once")
    func watching() throws {
        let states = try (0..<3).map { number in
            let path = try directory.write(line + "#\(number)\n", to: "state-\(number)")
            return try #require(KeysFile(path: path).fingerprint)
        }
        var machine = KeysFileWatchStateMachine(loaded: states[0])
        #expect(machine.looked(states[0]) == .nothing)
        #expect(machine.looked(states[1]) == .nothing)
        #expect(machine.looked(states[2]) == .nothing, "it is still changing")
        #expect(machine.looked(states[2]) == .read)
        #expect(machine.looked(states[2]) == .nothing)
        #expect(machine.looked(nil) == .nothing, "it may be about to be put in place")
        #expect(machine.looked(nil) == .sayThatItIsGone)
        #expect(machine.looked(nil) == .nothing)
        #expect(machine.looked(states[2]) == .nothing)
        #expect(machine.looked(states[2]) == .read)
        machine.readTooEarly()
        #expect(machine.looked(states[2]) == .read)
        #expect(machine.looked(states[1]) == .nothing)
        #expect(machine.looked(states[2]) == .nothing, "as it was: nothing to do")
    }
}

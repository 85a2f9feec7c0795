import TestSupport
import Testing
import VenusServer

@Suite("When a replaced certificate is read")
struct CertificateWatchStateMachineTests {
    /// Stamps of files of these contents.
    private func stamps(_ directory: TemporaryDirectory, _ contents: [String?]) throws -> [FileStamp?] {
        try contents.map { text in
            guard let text else { return FileStamp(directory.file("nothing")) }
            return FileStamp(try directory.write(text, to: text))
        }
    }

    @Test("once it is found changed and the same at two looks; a pair that is half there waits; a bad one is read once")
    func settles() throws {
        let directory = try TemporaryDirectory()
        let first = try stamps(directory, ["a", "b"])
        let half = try stamps(directory, ["new", "b"])
        let whole = try stamps(directory, ["new", "newer"])
        let gone = try stamps(directory, [nil, "newer"])
        #expect(gone[0] == nil && first[0] != nil)
        var machine = CertificateWatchStateMachine(read: first)
        #expect(machine.looked(first) == .nothing)
        #expect(machine.looked(half) == .nothing)
        #expect(machine.looked(whole) == .nothing)
        #expect(machine.looked(whole) == .read)
        #expect(machine.looked(whole) == .nothing)
        #expect(machine.looked(gone) == .nothing)
        #expect(machine.looked(gone) == .read)
        #expect(machine.looked(gone) == .nothing)
        #expect(machine.looked(whole) == .nothing)
        #expect(machine.looked(whole) == .read)
        // Changed and changed back between two looks.
        #expect(machine.looked(half) == .nothing)
        #expect(machine.looked(whole) == .nothing)
        #expect(machine.looked(whole) == .nothing)
    }
}

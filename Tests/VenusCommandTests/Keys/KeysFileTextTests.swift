import Testing
import VenusProxy
import venus

@Suite("Editing a keys file")
struct KeysFileTextTests {
    private func key(_ service: String, _ key: String, note: String = "") -> ServiceKey {
        ServiceKey(service: service, digest: KeyDigest(of: Array(key.utf8)), note: note)
    }

    @Test("a new file says what it is, and a key comes behind all others")
    func appending() throws {
        var text = KeysFileText(nil)
        try text.append(key("checkout", "one", note: "made on Monday"))
        #expect(text.text.hasPrefix("# The keys of the services"))
        #expect(text.text.hasSuffix("\n\(key("checkout", "one", note: "made on Monday").text)\n"))
        // The last line may have no end.
        var open = KeysFileText(key("a", "1").text)
        try open.append(key("b", "2"))
        #expect(open.text == "\(key("a", "1").text)\n\(key("b", "2").text)\n")
        var empty = KeysFileText("")
        try empty.append(key("a", "1"))
        #expect(empty.text == "\(key("a", "1").text)\n")
    }

    @Test("by a service's name all its keys go, by an id that one, and every other line stays")
    func removing() throws {
        let (one, two, other) = (key("a", "1"), key("a", "2"), key("b", "3"))
        let lines = ["# mine", one.text, "", "  # \(two.text)", two.text, other.text, ""]
        var text = KeysFileText(lines.joined(separator: "\n"))
        #expect(try text.remove("nobody").isEmpty)
        #expect(text.text == lines.joined(separator: "\n"))
        #expect(try text.remove(two.id.uppercased()).map(\.digest) == [two.digest])
        #expect(text.text == (lines[0...3] + lines[5...]).joined(separator: "\n"))
        #expect(try text.remove("a").map(\.digest) == [one.digest])
        #expect(text.text == "# mine\n\n  # \(two.text)\n\(other.text)\n")
        // A part of an id is none.
        #expect(try text.remove(String(other.id.dropLast())).isEmpty)
    }

    @Test("what is wrong, or would be, is not edited")
    func wrong() throws {
        var broken = KeysFileText("checkout\n")
        #expect(throws: KeysFileError.self) { try broken.append(key("a", "1")) }
        #expect(throws: KeysFileError.self) { try broken.remove("checkout") }
        #expect(broken.text == "checkout\n")
        var text = KeysFileText(key("a", "1").text)
        #expect(throws: KeysFileError.self) { try text.append(key("b", "1")) }
        #expect(text.text == key("a", "1").text)
    }
}

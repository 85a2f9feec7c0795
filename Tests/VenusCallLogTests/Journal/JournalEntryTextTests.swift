import Testing
import VenusCallLog

@Suite("Text of a journal's entry")
struct JournalEntryTextTests {
    @Test("fields of any bytes come back as they were")
    func roundTrip() throws {
        let fields = [
            EntryField("v", "1"), EntryField("empty", ""), EntryField("lines", "a 5\nb\n"),
            EntryField("bytes", Array(0...255)),
        ]
        #expect(try JournalEntryText.decode(JournalEntryText.encode(fields)) == fields)
        #expect(try JournalEntryText.decode([]) == [])
    }

    @Test(
        "damaged text is an error",
        arguments: [
            "v", "v 1", "v 1\n", "v 1\n1", "v 2\n1\n", "v x\n1\n", "v -1\n1\n", "v 1\n12\n",
            "v 99999999999999999999\n1\n",
        ])
    func damaged(text: String) {
        #expect(throws: CallLogError.self) { try JournalEntryText.decode(Array(text.utf8)) }
    }
}

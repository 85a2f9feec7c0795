import Testing
import VenusCore
import VenusServer

/// 2026-11-22T07:41:00Z
private let second: Int64 = 1_795_333_260

private func name(_ second: Int64, _ last: UInt64, _ producer: String = "p") -> ReadingsObjectName {
    ReadingsObjectName(second: second, last: last, producer: producer)!  // Such names there are.
}

@Suite("Names of objects with readings")
struct ReadingsObjectNameTests {
    @Test("they sort by time and number, and are read as they are written")
    func text() {
        let first = name(second, 9, "0f3a")
        #expect(first.text == "20261122T074100Z-00000000000000000009-0f3a.json.gz")
        #expect(ReadingsObjectName(first.text) == first)
        #expect(ReadingsObjectName(name(0, .max).text) == name(0, .max))
        let sorted = [first, name(second, 10, "0"), name(second + 60, 1, "0"), name(second + 86_400 * 365, 2)]
        #expect(sorted.map(\.text) == sorted.map(\.text).sorted())
    }

    @Test("what is written in any other way is no name")
    func others() {
        for bad in [
            "", "x", "20261122T074100Z-00000000000000000009-0f3a.json", "20261122T074100Z-9-0f3a.json.gz",
            "20261322T074100Z-00000000000000000009-0f3a.json.gz", "20261122T074100Z-00000000000000000009-.json.gz",
            "20261122T074100Z-99999999999999999999-0f3a.json.gz", "20261122T074100Z-00000000000000000009-0f/a.json.gz",
            "20261122T074160Z-00000000000000000009-0f3a.json.gz", "20261122t074100Z-00000000000000000009-0f3a.json.gz",
            "20261122T074100Z-+0000000000000000009-0f3a.json.gz", "20261122T074100Z-00000000000000000009-é.json.gz",
        ] {
            #expect(ReadingsObjectName(bad) == nil, "\(bad)")
        }
        #expect(ReadingsObjectName(second: -1, last: 1, producer: "p") == nil)
        #expect(ReadingsObjectName(second: 1, last: 1, producer: "a-b") == nil)
    }
}

@Suite("How far a folder of a bucket is read")
struct ReadingsFolderTests {
    @Test("each producer's objects come in the order of their numbers, though its clock was set back")
    func order() {
        let folder = ReadingsFolder()
        let page = [name(second, 3, "a"), name(second + 60, 2, "a"), name(second + 30, 1, "b")].map(\.text)
        let pending = folder.pending(page.reversed(), now: second + 60)
        #expect(pending == [name(second + 60, 2, "a"), name(second + 30, 1, "b"), name(second, 3, "a")])
    }

    @Test("what is done is not pending; the place follows an hour behind")
    func place() {
        var folder = ReadingsFolder()
        let names = (0..<180).map { name(second + 60 * $0, UInt64($0 + 1)) }
        let page = names.map(\.text)
        let now = second + 60 * 179
        for name in folder.pending(page, now: now) { folder.finish(name, isTaken: name.last != 5) }
        #expect(folder.pending(page, now: now).isEmpty)
        #expect(folder.isTaken(page[6]) && !folder.isTaken(page[4]))
        folder.settle(page, now: now)
        #expect(folder.place == page[118])
        #expect(folder.pending(page, now: now).isEmpty)
        // One that comes late, of the last hour, is seen; one from before is not.
        let late = [name(second + 60 * 130, 1, "b"), name(second + 60, 1, "b")]
        #expect(folder.pending(late.map(\.text), now: now) == [late[0]])
        // Taken up by another, it begins at the place.
        #expect(ReadingsFolder(place: folder.place).pending(page, now: now).map(\.last) == Array(120...180))
    }

    @Test("it stops before what is not done yet, and passes what is no name of ours")
    func gaps() {
        var folder = ReadingsFolder()
        let page = ["0-readme", name(second, 1).text, "2026-notes", name(second + 60, 2).text, "zz"]
        let now = second + 86_400
        folder.finish(name(second + 60, 2), isTaken: true)
        folder.settle(page, now: now)
        #expect(folder.place == "2026-notes" || folder.place == "0-readme")
        folder.finish(name(second, 1), isTaken: true)
        folder.settle(page, now: now)
        #expect(folder.place == name(second + 60, 2).text)
    }

    @Test("names far ahead of the clock are not looked at, and hold nobody up")
    func ahead() {
        var folder = ReadingsFolder()
        let page = [name(second, 2), name(second + 3_601, 1)]
        #expect(folder.pending(page.map(\.text), now: second) == [page[0]])
        folder.finish(page[0], isTaken: true)
        folder.settle(page.map(\.text), now: second)
        #expect(folder.pending([name(second + 60, 3).text], now: second + 60).count == 1)
    }

    @Test("removed objects leave no trace, and no more names than the bound are kept in mind")
    func bounds() {
        var folder = ReadingsFolder()
        // All of it within the hour, as no agent does it, and removed at once.
        for last in UInt64(1)...5_000 {
            let name = name(second + Int64(last % 7), last, "p\(last)")
            folder.finish(name, isTaken: true)
            folder.settle([name.text], now: second)
        }
        #expect(!folder.place.isEmpty)
        var other = ReadingsFolder()
        for minute in Int64(0)..<600 {
            let name = name(second + 60 * minute, UInt64(minute + 1))
            other.finish(name, isTaken: true)
            other.settle([name.text], now: second + 60 * minute)
        }
        #expect(other.place == name(second + 60 * 538, 539).text)
    }
}

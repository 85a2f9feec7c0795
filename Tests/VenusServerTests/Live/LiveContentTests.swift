import Testing
import VenusServer

@Suite("What changed in a view")
struct LiveContentTests {
    private func content(_ rest: String, at: Int = 1) -> LiveContent {
        LiveContent(start: Array("{\"at\":\"\(at)\",".utf8), rest: Array(rest.utf8))
    }

    /// What turns `old` into `new`, as text.
    private func changes(_ old: String, _ new: String) -> String? {
        content(new, at: 2).changes(since: content(old)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("nothing but at: an object with at and the members that are no lists")
    func nothing() {
        let rest = #""edges":[{"id":"a","kpis":{"calls":1}}],"nodes":[],"window":"5m"}"#
        #expect(changes(rest, rest) == #"{"at":"2","window":"5m"}"#)
        #expect(changes(#""edges":[]}"#, #""edges":[]}"#) == #"{"at":"2"}"#)
    }

    @Test("items that are different, new or gone, wherever they stand")
    func items() {
        let old = #""edges":[{"id":"a","n":1},{"id":"b","n":1},{"id":"c","n":1}],"window":"5m"}"#
        #expect(
            changes(old, #""edges":[{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":1}],"window":"5m"}"#)
                == #"{"at":"2","edges":[{"id":"b","n":2}],"window":"5m"}"#)
        #expect(
            changes(old, #""edges":[{"id":"c","n":1},{"id":"d","n":1},{"id":"a","n":2}],"window":"5m"}"#)
                == #"{"at":"2","edges":[{"id":"d","n":1},{"id":"a","n":2}],"window":"5m","removed":{"edges":["b"]}}"#)
        #expect(
            changes(old, #""edges":[],"window":"5m"}"#)
                == #"{"at":"2","window":"5m","removed":{"edges":["a","b","c"]}}"#)
        #expect(
            changes(#""edges":[],"nodes":[{"id":"x"}]}"#, #""edges":[{"id":"a"}],"nodes":[]}"#)
                == #"{"at":"2","edges":[{"id":"a"}],"removed":{"nodes":["x"]}}"#)
    }

    @Test("names with quotes, backslashes and braces in them are told apart")
    func hostileNames() {
        let old = #""items":[{"a":"}],\"","id":"x\"]}"},{"id":"x\\"},{"id":"x\\\""}],"n":[1,[2,{}]]}"#
        let new = #""items":[{"a":"}],\"","id":"x\"]}"},{"id":"x\\","v":null},{"id":"x\\\""}],"n":[1,[2,{}]]}"#
        #expect(changes(old, new) == #"{"at":"2","items":[{"id":"x\\","v":null}],"n":[1,[2,{}]]}"#)
    }

    @Test("arrays without ids are sent whole, and so is what no longer has the same members")
    func noLists() {
        #expect(changes(#""list":[1,2]}"#, #""list":[1,3]}"#) == #"{"at":"2","list":[1,3]}"#)
        #expect(
            changes(#""list":[{"id":1}]}"#, #""list":[{"id":2}]}"#) == #"{"at":"2","list":[{"id":2}]}"#)
        #expect(changes(#""edges":[]}"#, #""edges":[],"nodes":[]}"#) == nil)
        #expect(changes(#""edges":[]}"#, #""nodes":[]}"#) == nil)
    }

    @Test("what is cut off anywhere is read without a trap, and never compared in parts")
    func cutOff() {
        let whole = #""edges":[{"id":"a\"","n":[1,{"x":"y"}]}],"window":"5m"}"#
        for count in 0..<whole.utf8.count {
            #expect(changes(String(decoding: whole.utf8.prefix(count), as: UTF8.self), whole) == nil)
        }
        #expect(changes(whole, whole + "x") == nil)
    }
}

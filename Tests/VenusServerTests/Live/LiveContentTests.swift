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

    @Test("nothing but at: an object with at alone")
    func nothing() {
        let rest = #""edges":[{"id":"a","kpis":{"calls":1}}],"nodes":[],"window":"5m"}"#
        #expect(changes(rest, rest) == #"{"at":"2"}"#)
        #expect(changes(#""edges":[]}"#, #""edges":[]}"#) == #"{"at":"2"}"#)
        #expect(changes(#""edges":[],"n":1}"#, #""edges":[],"n":2}"#) == #"{"at":"2","n":2}"#)
    }

    @Test("items that are different, new or gone, wherever they stand")
    func items() {
        let old = #""edges":[{"id":"a","n":1},{"id":"b","n":1},{"id":"c","n":1}],"window":"5m"}"#
        #expect(
            changes(old, #""edges":[{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":1}],"window":"5m"}"#)
                == #"{"at":"2","edges":[{"id":"b","n":2}]}"#)
        #expect(
            changes(old, #""edges":[{"id":"c","n":1},{"id":"d","n":1},{"id":"a","n":2}],"window":"5m"}"#)
                == #"{"at":"2","edges":[{"id":"d","n":1},{"id":"a","n":2}],"removed":{"edges":["b"]}}"#)
        #expect(
            changes(old, #""edges":[],"window":"10s"}"#)
                == #"{"at":"2","window":"10s","removed":{"edges":["a","b","c"]}}"#)
        #expect(
            changes(#""edges":[],"nodes":[{"id":"x"}]}"#, #""edges":[{"id":"a"}],"nodes":[]}"#)
                == #"{"at":"2","edges":[{"id":"a"}],"removed":{"nodes":["x"]}}"#)
    }

    @Test("of an item the members that differ, of objects within it likewise; arrays, and what was no object, whole")
    func members() {
        let item = { (kpis: String, rest: String) in
            #""items":[{"a":1,"id":"x","kpis":\#(kpis),"z":\#(rest)}]}"#
        }
        let update = { (members: String) in #"{"at":"2","items":[{\#(members)}]}"# }
        let old = item(#"{"calls":1,"time":{"p50":1,"p99":2},"u":null}"#, "[1,2]")
        #expect(
            changes(old, item(#"{"calls":1,"time":{"p50":1,"p99":3},"u":null}"#, "[1,2]"))
                == update(#""id":"x","kpis":{"time":{"p99":3}}"#))
        #expect(
            changes(old, item(#"{"calls":2,"time":{"p50":1,"p99":2},"u":null}"#, "[1,3]"))
                == update(#""id":"x","kpis":{"calls":2},"z":[1,3]"#))
        #expect(
            changes(old, item(#"{"calls":1,"time":null,"u":{"v":1}}"#, "[]"))
                == update(#""id":"x","kpis":{"time":null,"u":{"v":1}},"z":[]"#))
        #expect(changes(old, item("null", "[1,2]")) == update(#""id":"x","kpis":null"#))
    }

    @Test("an item with a member more or less than before goes, and comes again whole")
    func otherMembers() {
        let old = #""items":[{"id":"x","k":{"a":1,"b":2}},{"id":"y"}]}"#
        for item in [#"{"id":"x","k":{"a":1}}"#, #"{"id":"x","k":{"a":1,"b":2},"l":3}"#, #"{"id":"x","k":{}}"#] {
            #expect(
                changes(old, #""items":[\#(item),{"id":"y"}]}"#)
                    == #"{"at":"2","items":[\#(item)],"removed":{"items":["x"]}}"#)
        }
    }

    @Test("names with quotes, backslashes and braces in them are told apart")
    func hostileNames() {
        let old = #""items":[{"a":"}],\"","id":"x\"]}"},{"id":"x\\"},{"id":"x\\\""}],"n":[1,[2,{}]]}"#
        let new = #""items":[{"a":"}],\"","id":"x\"]}"},{"id":"x\\","v":null},{"id":"x\\\""}],"n":[1,[2,{}]]}"#
        #expect(changes(old, new) == #"{"at":"2","items":[{"id":"x\\","v":null}],"removed":{"items":["x\\"]}}"#)
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

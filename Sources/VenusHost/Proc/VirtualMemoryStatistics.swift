/// `/proc/vmstat`: counts since the start.
package struct VirtualMemoryStatistics: Sendable, Hashable {
    /// Pages.
    package var swappedIn: UInt64?
    /// Pages.
    package var swappedOut: UInt64?
    package var majorFaults: UInt64?
    /// Since 4.13.
    package var outOfMemoryKills: UInt64?

    package init(_ text: inout ProcText) {
        var found = (inward: UInt64?.none, outward: UInt64?.none, faults: UInt64?.none, kills: UInt64?.none)
        NamedNumbers.forEach(&text) { name, number in
            switch name.count {
            case 6 where name.elementsEqual("pswpin".utf8): found.inward = number
            case 7 where name.elementsEqual("pswpout".utf8): found.outward = number
            case 8 where name.elementsEqual("oom_kill".utf8): found.kills = number
            case 10 where name.elementsEqual("pgmajfault".utf8): found.faults = number
            default: break
            }
        }
        swappedIn = found.inward
        swappedOut = found.outward
        majorFaults = found.faults
        outOfMemoryKills = found.kills
    }
}

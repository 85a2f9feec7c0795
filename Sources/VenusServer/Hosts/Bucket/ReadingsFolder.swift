/// How far a host's folder of a bucket is read. Pure; names sort by their bytes.
///
/// Everything up to ``place`` is done, and never looked at again. It stays an hour behind the clock, so that objects
/// that come late, of a clock that is a little behind or of a second agent, are seen all the same; what is done of that
/// hour is kept in mind.
package struct ReadingsFolder: Sendable, Equatable {
    /// How far behind the clock the place stays, and how far ahead of it a name may be, in seconds.
    package static let tolerance: Int64 = 3_600
    /// Names that are kept in mind at most; then the place moves up to them.
    package static let maximumDone = 1_000

    /// The last name up to which everything is done; empty: nothing is.
    package private(set) var place: String
    /// Names behind it that are done, and whether what they name was taken.
    private var done: [String: Bool] = [:]

    package init(place: String = "") { self.place = place }

    package func isDone(_ name: String) -> Bool { done[name] != nil || !place.isBelow(name) }

    /// Whether it is kept in mind that the object was taken.
    package func isTaken(_ name: String) -> Bool { done[name] == true }

    /// The names of a page that are to be read, each producer's by their numbers, whatever its clock did.
    ///
    /// - Parameter now: in seconds since the epoch.
    package func pending(_ page: [String], now: Int64) -> [ReadingsObjectName] {
        let names = page.sorted { $0.isBelow($1) }.compactMap { text -> ReadingsObjectName? in
            guard !isDone(text), let name = ReadingsObjectName(text), name.second <= now + Self.tolerance else {
                return nil
            }
            return name
        }
        var places: [String: [Int]] = [:]
        for (place, name) in names.enumerated() { places[name.producer, default: []].append(place) }
        var ordered = names
        for places in places.values {
            for (place, name) in zip(places, places.map { names[$0] }.sorted { $0.last < $1.last }) {
                ordered[place] = name
            }
        }
        return ordered
    }

    package mutating func finish(_ name: ReadingsObjectName, isTaken: Bool) { done[name.text] = isTaken }

    /// Moves the place as far as it may, by what was on a page and is done now.
    ///
    /// - Parameters:
    ///   - page: every name behind the place, or the first of them.
    ///   - now: in seconds since the epoch.
    package mutating func settle(_ page: [String], now: Int64) {
        let floor = ReadingsObjectName.instant(max(0, now - Self.tolerance))
        let isCrowded = done.count > Self.maximumDone
        // What was removed from the folder is in mind yet.
        let names = Set(done.keys).union(page).filter { place.isBelow($0) }.sorted { $0.isBelow($1) }
        for name in names {
            if done[name] != nil {
                guard isCrowded || name.isBelow(floor) else { break }
                place = name
            } else if ReadingsObjectName(name) == nil {
                // What is no name of ours holds nobody up.
                if name.isBelow(floor) { place = name }
            } else {
                break
            }
        }
        done = done.filter { place.isBelow($0.key) }
    }
}

extension String {
    /// In the order of their bytes.
    fileprivate func isBelow(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

import Testing
import VenusProxy

@Suite("The cache of good credentials")
struct CredentialCacheTests {
    @Test("finds exactly the values that came in, by their place and without it, until all are forgotten")
    func finds() {
        var cache = CredentialCache()
        // As many as there are places for one value, so that none gives way to another, wherever the hash puts them.
        let values = (0..<4).map { "Basic value-\($0)" }
        let places = values.map { insert($0, &cache) }
        #expect(Set(places).count == values.count)
        for (value, place) in zip(values, places) {
            #expect(find(value, cache) == place)
            #expect(find(value, at: place, cache) == place)
            #expect(find(value + "x", at: place, cache) == nil)
            #expect(find(String(value.dropLast()) + "x", at: place, cache) == nil)
            #expect(find(String(value.dropLast()) + "x", cache) == nil)
        }
        for place in [-1, Int32(CredentialCache.capacity), .max, .min] {
            #expect(find(values[0], at: place, cache) == nil)
        }
        cache.removeAll()
        for (value, place) in zip(values, places) {
            #expect(find(value, cache) == nil)
            #expect(find(value, at: place, cache) == nil)
        }
    }

    @Test("keeps a bounded number, and what came last is among them")
    func bounded() {
        var cache = CredentialCache()
        for number in 0..<5_000 {
            #expect(insert("Basic \(number)", &cache) >= 0)
            #expect(find("Basic \(number)", cache) != nil)
        }
        let kept = (0..<5_000).count { find("Basic \($0)", cache) != nil }
        #expect(kept <= CredentialCache.capacity)
        #expect(kept > CredentialCache.capacity / 2)
    }

    @Test("keeps no value that is too long, and none that is empty")
    func tooLong() {
        var cache = CredentialCache()
        #expect(insert(String(repeating: "a", count: CredentialCache.maximumBytes), &cache) >= 0)
        let long = String(repeating: "a", count: CredentialCache.maximumBytes + 1)
        #expect(insert(long, &cache) == -1)
        #expect(find(long, cache) == nil)
        #expect(insert("", &cache) == -1)
        #expect(find("", cache) == nil)
        #expect(find("", at: 0, cache) == nil)
    }

    private func insert(_ value: String, _ cache: inout CredentialCache) -> Int32 {
        Array(value.utf8).withUnsafeBufferPointer { cache.insert($0, recorder: nil) }
    }

    private func find(_ value: String, _ cache: borrowing CredentialCache) -> Int32? {
        Array(value.utf8).withUnsafeBufferPointer { cache.find($0)?.index }
    }

    private func find(_ value: String, at place: Int32, _ cache: borrowing CredentialCache) -> Int32? {
        Array(value.utf8).withUnsafeBufferPointer { cache.find($0, at: place)?.index }
    }
}

import VenusServer

/// The XML of object stores: reading ends, gives no more than was written, and what is a page keeps its bounds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        var reader = XMLReader(bytes)
        var open: [String] = []
        var count = 0
        while let event = try? reader.next() {
            switch event {
            case .start(let name): open.append(name)
            case .text(let text): count += text.utf8.count
            case .end(let name): require(open.popLast() == name, "elements end in the order in which they began")
            }
            require(open.count <= 16, "elements are no deeper than 16")
        }
        require(count <= bytes.count, "text is no longer than what was written")
        guard let page = S3Listing(xml: bytes) else { return }
        require(page.objects.count <= S3Listing.maximumCount, "a page has a bound")
        require(page.objects.allSatisfy { $0.bytes >= 0 }, "no object is smaller than nothing")
        require(page.next.map { !$0.isEmpty } ?? true, "a page that goes on says where")
    }
}

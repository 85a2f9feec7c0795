/// Finds the cell of a key in a second: by array in the few seconds that calls come into, by a dictionary in any other.
/// A cell enters the dictionary only when its second gives its page up, so that a steady stream never does.
///
/// Bounds: ``pageCount`` pages of eight bytes for each key of the ``KeyTable``, and an entry for each cell of the step.
struct CellDirectory: Sendable {
    /// Stands for a cell that is not known.
    static let unknown = UInt32.max
    static let pageCount = 4

    private struct Name: Hashable {
        var second: Int64
        var key: Int32
    }

    /// One second's keys.
    private struct Page {
        var second = Int64.min
        /// Entries of another generation are those of a second that has gone; 0 where the page is nobody's.
        var generation: UInt64 = 0
        /// The cells that this page has and the dictionary has not.
        var cells: [(key: Int32, cell: UInt32)] = []
    }

    private var pages = [Page](repeating: Page(), count: pageCount)
    /// Of each page and key: the page's generation when the cell was entered, and in the lower half the cell.
    private var entries: [UInt64] = []
    private var keysPerPage = 0
    private var elsewhere: [Name: UInt32] = [:]
    private var generation: UInt64 = 0
    private var oldest = 0

    /// Makes room for keys below `count`. Numbers of pages from before are not valid any more.
    mutating func reserve(keys count: Int) {
        guard count > keysPerPage else { return }
        for page in pages.indices { giveUp(page) }
        keysPerPage = max(2 * keysPerPage, count, 64)
        entries = Array(repeating: 0, count: keysPerPage * Self.pageCount)
    }

    /// The number of the second's page.
    mutating func page(of second: Int64) -> Int {
        for page in pages.indices where pages[page].second == second && pages[page].generation > 0 { return page }
        let page = oldest
        oldest = (oldest + 1) % Self.pageCount
        giveUp(page)
        if generation >= UInt64(UInt32.max) {
            for other in pages.indices { giveUp(other) }
            for place in entries.indices { entries[place] = 0 }
            generation = 0
        }
        generation += 1
        pages[page].second = second
        pages[page].generation = generation
        return page
    }

    /// Writes the cell of each operation's key, or ``unknown``, from place `first` on; returns whether all are known.
    ///
    /// - Precondition: the page is that of ``page(of:)``.
    func find(
        _ operations: Span<UInt16>, keys: Span<Int32>, in page: Int, into cells: inout MutableSpan<UInt32>,
        from first: Int
    ) -> Bool {
        let entries = self.entries.span
        let base = page * keysPerPage
        let generation = pages[page].generation
        var someMissing = false
        for place in 0..<operations.count {
            let entry = entries[base &+ Int(keys[Int(operations[place])])]
            let isKnown = entry &>> 32 == generation
            cells[first &+ place] = isKnown ? UInt32(truncatingIfNeeded: entry) : Self.unknown
            someMissing = someMissing || !isKnown
        }
        return !someMissing
    }

    /// The cell of one key; `nil` where its second has none yet.
    mutating func cell(of key: Int32, in page: Int) -> UInt32? {
        let entry = entries[page * keysPerPage + Int(key)]
        if entry >> 32 == pages[page].generation { return UInt32(truncatingIfNeeded: entry) }
        guard !elsewhere.isEmpty, let cell = elsewhere[Name(second: pages[page].second, key: key)] else { return nil }
        entries[page * keysPerPage + Int(key)] = pages[page].generation << 32 | UInt64(cell)
        return cell
    }

    mutating func enter(_ cell: UInt32, of key: Int32, in page: Int) {
        entries[page * keysPerPage + Int(key)] = pages[page].generation << 32 | UInt64(cell)
        pages[page].cells.append((key, cell))
    }

    mutating func removeAll() {
        elsewhere.removeAll(keepingCapacity: true)
        for page in pages.indices {
            pages[page].cells.removeAll(keepingCapacity: true)
            pages[page].generation = 0
        }
    }

    private mutating func giveUp(_ page: Int) {
        for (key, cell) in pages[page].cells { elsewhere[Name(second: pages[page].second, key: key)] = cell }
        pages[page].cells.removeAll(keepingCapacity: true)
        pages[page].generation = 0
    }
}

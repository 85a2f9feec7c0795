/// Finds the cell of a key in a second: by array in the few seconds that calls come into, by a dictionary in any other.
/// A cell enters the dictionary only when its second gives its page up, so that a steady stream never does.
///
/// Bounds: ``pageCount`` pages of four bytes for each key of the ``KeyTable``, and an entry for each cell of the step.
struct CellDirectory: Sendable {
    /// Cells are below this: an entry of 32 bits holds one of them and a generation. A step is committed long before
    /// (``AnalyzerConfiguration/maximumStepCells``, and what one reading of the log adds).
    static let maximumCells: UInt32 = 1 << cellBits
    static let pageCount = 4
    private static let cellBits: UInt32 = 21
    private static let lastGeneration: UInt32 = 1 << (32 - cellBits) - 1

    private struct Name: Hashable {
        var second: Int64
        var key: Int32
    }

    /// One second's keys.
    private struct Page {
        var second = Int64.min
        /// Entries of another generation are those of a second that has gone; 0 where the page is nobody's.
        var generation: UInt32 = 0
        /// The cells that this page has and the dictionary has not.
        var cells: [(key: Int32, cell: UInt32)] = []
    }

    private var pages = [Page](repeating: Page(), count: pageCount)
    /// Of each page and key: the page's generation when the cell was entered, and in the lower bits the cell.
    private var entries: [UInt32] = []
    private var keysPerPage = 0
    private var elsewhere: [Name: UInt32] = [:]
    private var generation: UInt32 = 0
    private var oldest = 0

    /// Whether there is room for a key.
    func holds(_ key: Int32) -> Bool { key < keysPerPage }

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
        if generation == Self.lastGeneration {
            for other in pages.indices { giveUp(other) }
            for place in entries.indices { entries[place] = 0 }
            generation = 0
        }
        generation += 1
        pages[page].second = second
        pages[page].generation = generation
        return page
    }

    /// Writes the cell of each operation's key, or something that is no cell (``maximumCells``) where it is not known,
    /// from place `first` on; returns whether all are known.
    ///
    /// - Precondition: the page is that of ``page(of:)``.
    func find(
        _ operations: Span<UInt16>, keys: Span<Int32>, in page: Int, into cells: inout MutableSpan<UInt32>,
        from first: Int
    ) -> Bool {
        var highest: UInt16 = 0
        for place in 0..<operations.count { highest = max(highest, operations[place]) }
        precondition(
            Int(highest) < keys.count && operations.count <= cells.count - first, "every operation has a key")
        let generation = pages[page].generation << Self.cellBits
        let room = page * keysPerPage..<(page + 1) * keysPerPage
        var any: UInt32 = 0
        entries.withUnsafeBufferPointer { entries in
            let entries = UnsafeBufferPointer(rebasing: entries[room])
            operations.withUnsafeBufferPointer { operations in
                keys.withUnsafeBufferPointer { keys in
                    cells.withUnsafeMutableBufferPointer { cells in
                        for place in operations.indices {
                            // Every operation has a key, and every call of these a place in the cells, as was seen
                            // above.
                            let key = Int(UInt32(bitPattern: keys[Int(operations[place])]))
                            // Of another generation some of the upper bits remain.
                            let cell = key < entries.count ? entries[key] ^ generation : Self.maximumCells
                            cells[first &+ place] = cell
                            any |= cell
                        }
                    }
                }
            }
        }
        return any < Self.maximumCells
    }

    /// The cell of one key; `nil` where its second has none yet.
    mutating func cell(of key: Int32, in page: Int) -> UInt32? {
        let found = entries[page * keysPerPage + Int(key)] ^ pages[page].generation << Self.cellBits
        if found < Self.maximumCells { return found }
        guard !elsewhere.isEmpty, let cell = elsewhere[Name(second: pages[page].second, key: key)] else { return nil }
        write(cell, of: key, in: page)
        return cell
    }

    mutating func enter(_ cell: UInt32, of key: Int32, in page: Int) {
        precondition(cell < Self.maximumCells, "a step is committed before it has so many cells")
        write(cell, of: key, in: page)
        pages[page].cells.append((key, cell))
    }

    private mutating func write(_ cell: UInt32, of key: Int32, in page: Int) {
        entries[page * keysPerPage + Int(key)] = pages[page].generation << Self.cellBits | cell
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

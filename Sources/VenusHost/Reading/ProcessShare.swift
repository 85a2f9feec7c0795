/// Which of the processes are looked at for a snapshot. Each costs some ten microseconds, so that a reading looks at
/// some of them, and at all within a minute.
package struct ProcessShare: Sendable, Hashable {
    package static let all = ProcessShare(0, of: 1)

    package let index: Int
    package let count: Int

    package init(_ index: Int, of count: Int) {
        self.count = max(1, count)
        self.index = min(max(0, index), self.count - 1)
    }

    package var isLast: Bool { index == count - 1 }

    package func has(_ process: Int32) -> Bool { Int(process) % count == index }
}

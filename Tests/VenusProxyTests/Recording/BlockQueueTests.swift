import Testing
import VenusProxy

@Suite("Blocks that wait")
struct BlockQueueTests {
    private func block(_ count: Int, bytes: Int = 100) -> QueuedBlock {
        QueuedBlock(count: count, t0: 1, operations: [], calls: [UInt8](repeating: 49, count: bytes))
    }

    @Test("every call has its number, in order, and leaves in order")
    func order() {
        var queue = BlockQueue(maximumCalls: 100, maximumBytes: 100_000)
        for count in [3, 1, 5] { queue.offer(block(count)) }
        #expect(queue.next == 10 && queue.calls == 9)
        var firsts: [UInt64] = []
        while let block = queue.first {
            firsts.append(block.first)
            queue.removeFirst()
        }
        #expect(firsts == [1, 4, 5])
        #expect(queue.calls == 0 && queue.bytes == 0 && queue.nextToAppend == 10)
    }

    @Test("what has no room is numbered and counted; what waits stays")
    func dropped() {
        var queue = BlockQueue(maximumCalls: 10, maximumBytes: 100_000)
        for count in [6, 6, 4, 1] { queue.offer(block(count)) }
        #expect(queue.dropped == 7 && queue.calls == 10 && queue.next == 18)
        #expect(queue.nextToAppend == 1)
        queue.removeFirst()
        #expect(queue.nextToAppend == 13)
        queue.removeFirst()
        #expect(queue.nextToAppend == 18)
    }

    @Test("bytes are bounded too")
    func bytes() {
        var queue = BlockQueue(maximumCalls: 1_000_000, maximumBytes: 10_000)
        for _ in 0..<1_000 { queue.offer(block(1, bytes: 744)) }
        #expect(queue.calls == 10 && queue.dropped == 990 && queue.bytes == 10_000)
    }

    @Test("a queue that is emptied and filled all the time keeps its order and no old blocks")
    func longLife() {
        var queue = BlockQueue(maximumCalls: 6_000, maximumBytes: 10_000_000)
        var expected: UInt64 = 1
        for round in 0..<20_000 {
            queue.offer(block(1))
            guard round % 4 != 0 else { continue }
            #expect(queue.first?.first == expected)
            queue.removeFirst()
            expected += 1
        }
        while let block = queue.first {
            #expect(block.first == expected)
            expected += 1
            queue.removeFirst()
        }
        #expect(queue.dropped == 0 && expected == queue.next)
    }
}

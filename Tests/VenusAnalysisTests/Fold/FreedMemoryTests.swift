import Testing
import VenusAnalysis

@Suite("Memory that was freed")
struct FreedMemoryTests {
    @Test("is given back once half of many operations are forgotten, and then anew")
    func halves() {
        var pending = FreedMemory.Pending()
        let given = [0, 50_000, 60_000, 31_000, 30_000, 30_000, 20_000, 15_001, 15_000, 40_000, 21_000, 0, 0]
            .map { pending.note(operations: $0) }
        #expect(given == [false, false, false, false, true, false, false, false, true, false, false, true, false])
    }

    @Test("is kept where few operations come and go")
    func few() {
        var pending = FreedMemory.Pending()
        for count in [FreedMemory.leastOperations - 1, 0, 500, 0] {
            let gives = pending.note(operations: count)
            #expect(!gives)
        }
        let gives = [FreedMemory.leastOperations, 0].map { pending.note(operations: $0) }
        #expect(gives == [false, true])
    }
}

import Testing
import VenusHost

@Suite("Memory and swap")
struct MemoryTests {
    @Test("what is used is what cannot be had")
    func modern() {
        var text = ProcText(
            """
            MemTotal:       16314980 kB
            MemFree:         1000000 kB
            MemAvailable:   12000000 kB
            Buffers:          300000 kB
            Cached:          9000000 kB
            SwapCached:            8 kB
            SwapTotal:       2097148 kB
            SwapFree:        2000000 kB
            SReclaimable:     700000 kB
            HugePages_Total:       0
            DirectMap1G:    14680064 kB

            """)
        let memory = MemoryInformation(&text)
        #expect(memory.total == 16_314_980 << 10)
        #expect(memory.available == 12_000_000 << 10)
        #expect(memory.used == 4_314_980 << 10)
        #expect(memory.cached == 9_700_000 << 10)
        #expect(memory.swapTotal == 2_097_148 << 10 && memory.swapFree == 2_000_000 << 10)
        #expect(text.garbledLines == 0)
    }

    @Test("without MemAvailable (before 3.14) it is what is free or cache, never more than there is")
    func old() {
        var text = ProcText("MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 200 kB\nSReclaimable: 30 kB\n")
        #expect(MemoryInformation(&text).available == 380 << 10)
        var odd = ProcText("MemTotal: 300 kB\nMemFree: 200 kB\nCached: 200 kB\n")
        let memory = MemoryInformation(&odd)
        #expect(memory.available == 300 << 10 && memory.used == 0)
    }

    @Test("what is missing or garbled is missing")
    func garbled() {
        var text = ProcText("MemTotal: lots kB\nMemFree:\nSwapTotal: 18446744073709551616 kB\nSwapFree: 5 kB\n")
        let memory = MemoryInformation(&text)
        #expect(memory.total == nil && memory.used == nil && memory.swapTotal == nil)
        #expect(memory.swapFree == 5 << 10)
        #expect(text.garbledLines == 3)
    }

    @Test("swapping, faults and kills; kernels before 4.13 do not count kills")
    func virtualMemory() {
        var text = ProcText("nr_free_pages 5\npswpin 7\npswpout 8\npgfault 9\npgmajfault 10\noom_kill 11\n")
        let new = VirtualMemoryStatistics(&text)
        #expect(new.swappedIn == 7 && new.swappedOut == 8 && new.majorFaults == 10 && new.outOfMemoryKills == 11)
        var older = ProcText("pswpin 7\npgmajfault 10\n")
        #expect(VirtualMemoryStatistics(&older).outOfMemoryKills == nil)
    }
}

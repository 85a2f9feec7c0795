import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("Live frames")
struct LiveFramesTests {
    @Test("the newest of each shard stays; a former owner's and an older one are dropped")
    func newest() {
        var frames = LiveFrames()
        #expect(frames.receive(frame([], epoch: 2, at: 100)) == true)
        #expect(frames.receive(frame([], epoch: 1, at: 200)) == false)
        #expect(frames.receive(frame([], epoch: 2, at: 99)) == false)
        #expect(frames.receive(frame([], epoch: 3, at: 50)) == true)
        #expect(frames.receive(frame([], shard: 1, epoch: 1, at: 10)) == true)
        #expect(frames.frames.count == 2)
    }

    @Test("shards are bounded")
    func bounded() {
        var frames = LiveFrames()
        for shard in 0..<LiveFrames.maximumShards { #expect(frames.receive(frame([], shard: shard)) == true) }
        #expect(frames.receive(frame([], shard: LiveFrames.maximumShards)) == false)
    }
}

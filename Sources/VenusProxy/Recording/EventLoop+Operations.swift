/// What the loop's recorders know of operations.
extension EventLoop {
    /// Makes room for new operations where there is none, by forgetting those that nobody has called for
    /// ``LoopSettings/operationIdle``.
    func forgetIdleOperations() {
        for recorder in recorders.all {
            recorder.forgetIdleOperations(except: recorder.isFull ? operationsUnderWay(recorder) : [])
        }
    }

    /// Those that the recorder's calls, tunnels and offers under way will name.
    private func operationsUnderWay(_ recorder: Recorder) -> Set<UInt32> {
        let own = Unmanaged.passUnretained(recorder).toOpaque()
        var operations: Set<UInt32> = []
        for slot in 0..<Int32(clients.capacity) where clients.isUsed(slot) {
            let client = clients[slot]
            guard client.pointee.recorder?.toOpaque() == own else { continue }
            operations.insert(client.pointee.operation)
            operations.insert(client.pointee.webSocketOperation)
            guard client.pointee.observed >= 0 else { continue }
            if let exchange = observed[client.pointee.observed].pointee.exchangeOperation {
                operations.insert(exchange)
            }
        }
        return operations
    }
}

/// `/proc/meminfo`, in bytes.
package struct MemoryInformation: Sendable, Hashable {
    package var total: UInt64?
    package var free: UInt64?
    package var buffers: UInt64?
    /// Page cache, and what of the kernel's caches can be had back.
    package var cached: UInt64?
    package var swapTotal: UInt64?
    package var swapFree: UInt64?
    private var statedAvailable: UInt64?

    package init(_ text: inout ProcText) {
        var pages: UInt64?
        var reclaimable: UInt64 = 0
        var result = (total: UInt64?.none, free: UInt64?.none, buffers: UInt64?.none, available: UInt64?.none)
        var swap = (total: UInt64?.none, free: UInt64?.none)
        NamedNumbers.forEach(&text) { name, kibibytes in
            let bytes = kibibytes &<< 10
            // Found by the length first: there are some fifty lines, of which eight matter.
            switch name.count {
            case 6 where name.elementsEqual("Cached".utf8): pages = bytes
            case 7 where name.elementsEqual("MemFree".utf8): result.free = bytes
            case 7 where name.elementsEqual("Buffers".utf8): result.buffers = bytes
            case 8 where name.elementsEqual("MemTotal".utf8): result.total = bytes
            case 8 where name.elementsEqual("SwapFree".utf8): swap.free = bytes
            case 9 where name.elementsEqual("SwapTotal".utf8): swap.total = bytes
            case 12 where name.elementsEqual("MemAvailable".utf8): result.available = bytes
            case 12 where name.elementsEqual("SReclaimable".utf8): reclaimable = bytes
            default: break
            }
        }
        total = result.total
        free = result.free
        buffers = result.buffers
        cached = pages.map { $0 &+ reclaimable }
        swapTotal = swap.total
        swapFree = swap.free
        statedAvailable = result.available
    }

    /// What programs could have without swapping. Kernels before 3.14 do not say it: what is free or cache then, which
    /// is somewhat too much.
    package var available: UInt64? {
        if let statedAvailable { return statedAvailable }
        guard let free else { return nil }
        let sum = free &+ (buffers ?? 0) &+ (cached ?? 0)
        return total.map { min($0, sum) } ?? sum
    }

    /// What cannot be had: all but ``available``.
    package var used: UInt64? {
        guard let total, let available else { return nil }
        return total >= available ? total - available : 0
    }
}

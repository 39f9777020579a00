import Posix

/// What the loop watches, by a tag that the kernel hands back with each event.
///
/// A tag is a slot and the number of the registration in it, so an event for a descriptor that was closed, and whose
/// slot another now has, finds nothing.
struct WatchTable {
    enum Watched {
        case nothing
        case stream(Registration)
        case source((EpollEvents) -> Void)
    }

    private struct Slot {
        var tag: UInt64
        var watched: Watched
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private var lastNumber: UInt32 = 0

    /// A slot nobody has; until ``put(_:at:)`` nothing is watched there.
    mutating func claim() -> UInt64 {
        lastNumber = lastNumber &+ 1 & 0x7fff_ffff
        let index = free.popLast() ?? slots.count
        let tag = UInt64(lastNumber) << 32 | UInt64(index)
        if index == slots.count {
            slots.append(Slot(tag: tag, watched: .nothing))
        } else {
            slots[index].tag = tag
        }
        return tag
    }

    mutating func put(_ watched: Watched, at tag: UInt64) { slots[Self.index(tag)].watched = watched }

    /// The slot is free again; false if `tag` no longer had it.
    mutating func release(_ tag: UInt64) -> Bool {
        let index = Self.index(tag)
        guard slots[index].tag == tag else { return false }
        slots[index] = Slot(tag: .max, watched: .nothing)
        free.append(index)
        return true
    }

    @inline(__always)
    subscript(tag: UInt64) -> Watched {
        let slot = slots[Self.index(tag)]
        return slot.tag == tag ? slot.watched : .nothing
    }

    /// Every stream that is watched now.
    var streams: [Registration] {
        slots.compactMap { slot in
            if case .stream(let registration) = slot.watched { registration } else { nil }
        }
    }

    private static func index(_ tag: UInt64) -> Int { Int(truncatingIfNeeded: tag & 0xffff_ffff) }
}

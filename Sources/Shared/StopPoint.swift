import Posix
import Synchronization

/// A place in the journal or the limiter where a test can stop a process, to kill it just there.
///
/// Only debug builds look: `GATEHOUSE_STOP=NUMBER:COUNT` stops the process (SIGSTOP) when it comes to that place for
/// the COUNT-th time, after it has written `stopped NUMBER` to its standard error.
package enum StopPoint: Int, CaseIterable, Sendable {
    /// Append: the payload is there, its checksum is not.
    case payloadWritten = 1
    /// Append: all but the length is there.
    case checksumWritten = 2
    /// Append: published, the caller does not know yet.
    case published = 3

    /// The full segment is not sealed yet.
    case sealing = 4
    /// It is sealed, the next one is not open.
    case sealed = 5
    /// The next file has its order and is not open.
    case ordered = 6
    case opened = 7

    /// A pool segment has an owner, and no name yet.
    case claimed = 8
    /// It has its name and is not open.
    case named = 9

    /// A new file has no lock yet.
    case created = 10
    /// It has the lock and no room.
    case locked = 11
    /// It has room and no header.
    case allocated = 12
    /// It is complete, under its temporary name.
    case prepared = 13
    case renamed = 14

    /// The reader has said that it frees a pool segment.
    case retiring = 15
    /// The first page of it is zeros.
    case halfCleared = 16
    /// All of it is zeros.
    case cleared = 17
    case freed = 18

    /// A file has been read and not been removed.
    case removing = 19
    case removed = 20

    /// The reader has found nothing, and has not asked whether the writer lives.
    case looked = 21

    /// Limits: the slot is the subject's, nothing is counted.
    case slotTaken = 22
    /// Limits: the request is in flight, and not admitted.
    case held = 23
    /// Limits: admitted, the caller does not know yet.
    case counted = 24
    /// Limits: settled, and still in flight.
    case settled = 25

    /// Sessions: the slot is claimed.
    case sessionClaimed = 26
    /// Sessions: it is written, and not live.
    case sessionWritten = 27

    @inline(__always)
    package static func reach(_ point: StopPoint) {
        #if DEBUG
        Stop.armed?.pass(point)
        #endif
    }
}

#if DEBUG
private struct Stop: ~Copyable, Sendable {
    static let armed = Stop(ProcessInformation.environment("GATEHOUSE_STOP"))

    private let point: StopPoint
    private let passesLeft: Atomic<Int>

    private init?(_ text: String?) {
        let numbers = (text ?? "").split(separator: ":").compactMap { Int($0) }
        guard numbers.count == 2, let point = StopPoint(rawValue: numbers[0]) else { return nil }
        self.point = point
        passesLeft = Atomic(numbers[1])
    }

    borrowing func pass(_ point: StopPoint) {
        guard point == self.point, passesLeft.subtract(1, ordering: .relaxed).newValue == 0 else { return }
        try? Descriptor.writeAll(2, Array("stopped \(point.rawValue)\n".utf8))
        ProcessInformation.signalSelf(.stop)
    }
}
#endif

/// A segment's name, which no other segment has or will have.
///
///     boot 0x00c0ffee12345678, serial 42     00c0ffee12345678-0000002a.journal
package struct JournalID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Random for each start of the daemon.
    package let boot: UInt64
    /// Counted from 1, files and memory together.
    package let serial: UInt64

    /// An id that somebody had, such as the database.
    package init(boot: UInt64, serial: UInt64) {
        self.boot = boot
        self.serial = serial
    }

    /// The id in a file's name, without the part from the dot on; nil if it is none.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 16, parts[1].utf8.count >= 8,
            let boot = UInt64(parts[0], radix: 16), let serial = UInt64(parts[1], radix: 16)
        else { return nil }
        self.init(boot: boot, serial: serial)
        guard description == text else { return nil }
    }

    package var description: String { "\(Self.hex(boot, digits: 16))-\(Self.hex(serial, digits: 8))" }

    package static func < (left: JournalID, right: JournalID) -> Bool {
        (left.boot, left.serial) < (right.boot, right.serial)
    }

    private static func hex(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

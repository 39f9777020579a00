/// A record that says who wrote it as which of its records; all its bytes follow from these two.
///
///     {"writer":"00000000000000a7","n":0000000002,"kind":"opened","pad":"xxxx"}
package struct ModelRecord: Hashable {
    package let writer: UInt64
    package let number: Int

    package init(writer: UInt64, number: Int) {
        self.writer = writer
        self.number = number
    }

    /// The record with these bytes; nil if any of them is wrong.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 44,
            let writer = UInt64(String(decoding: bytes[11..<27], as: UTF8.self), radix: 16),
            let number = Int(String(decoding: bytes[33..<43], as: UTF8.self))
        else { return nil }
        self.init(writer: writer, number: number)
        guard self.bytes == bytes else { return nil }
    }

    var bytes: [UInt8] {
        let kind = number % 2 == 0 ? "opened" : "closed"
        let head =
            #"{"writer":"\#(Self.padded(String(writer, radix: 16), 16))","n":\#(Self.padded("\(number)", 10))"#
        var bytes = Array(#"\#(head),"kind":"\#(kind)","pad":""#.utf8)
        bytes += repeatElement(UInt8(ascii: "x"), count: padding)
        bytes += Array("\"}".utf8)
        return bytes
    }

    /// Mostly short, now and then nearly as long as may be.
    private var padding: Int {
        number % 101 == 100 ? 60_000 : Int(truncatingIfNeeded: writer &* 31 &+ UInt64(number) &* 7919) & 1023
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

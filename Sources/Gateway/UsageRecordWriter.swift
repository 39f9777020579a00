import JSON

/// Spells the members of a usage record, for every request twice: without looking at names, which are known.
///
///     writer.member(#","attempts":"#, 1)        appends ,"attempts":1
struct UsageRecordWriter {
    private var bytes: [UInt8] = []

    /// Goes on behind what is there; the bytes are the writer's until ``giveBack(to:)``, so that nobody copies them.
    init(taking bytes: inout [UInt8]) { swap(&self.bytes, &bytes) }

    mutating func giveBack(to bytes: inout [UInt8]) { swap(&self.bytes, &bytes) }

    /// `name`: with the comma before it, its quotes and its colon.
    mutating func member(_ name: StaticString, _ value: Int) {
        append(raw: name)
        append(value)
    }

    mutating func member(_ name: StaticString, _ value: String) {
        append(raw: name)
        append(value)
    }

    /// Nil is left out.
    mutating func member(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        append(raw: name)
        append(raw: value ? "true" : "false")
    }

    /// A time in milliseconds, `12.345`; nil is left out.
    mutating func member(_ name: StaticString, microseconds: Int?) {
        guard let microseconds else { return }
        append(raw: name)
        append(microseconds / 1000)
        var rest = microseconds % 1000
        guard rest > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var unit = 100
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
            (rest, unit) = (rest % unit, unit / 10)
        }
    }

    mutating func member(_ unknown: UsageRecord.Unknown) {
        append(raw: ",")
        append(unknown.name)
        append(raw: ":")
        bytes += unknown.value
    }

    mutating func append(raw text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ value: String) {
        var value = value
        let isWritten = value.withUTF8 { text in
            guard Self.isPlain(text) else { return false }
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: text)
            bytes.append(UInt8(ascii: "\""))
            return true
        }
        if !isWritten { bytes += JSONWriter.quoted(value) }
    }

    private mutating func append(_ value: Int) {
        if (0...9).contains(value) {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
        } else {
            bytes.append(contentsOf: value.description.utf8)
        }
    }

    /// Whether it stands in JSON as it is; without a way out of the loop, which is thus done in vectors.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var special: UInt8 = 0
        for byte in text {
            special |= (byte < 0x20 ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5C ? 1 : 0)
        }
        return special == 0
    }
}

/// Writes words and numbers into room that was taken beforehand, so that nothing is asked again for every one of them.
///
/// What does not fit is left out, and the pen is short of room; all of it is then written anew where there is more.
///
///     Pen.append(to: &bytes) { pen in
///         pen.write(" status=", 200)
///         pen.write(" ms=", thousandths: 12_340)
///     }                                              bytes + " status=200 ms=12.34"
package struct Pen: ~Copyable {
    /// As much as most lines need, and not more than allocators keep at hand.
    private static let usualRoom = 512
    /// What is only lent stands on the stack, where more costs nothing.
    private static let stackRoom = 1024
    /// The longest number, with its sign.
    private static let numberRoom = 20

    private var place: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer
    private var isShort = false

    private init(_ room: UnsafeMutableRawBufferPointer, at start: UnsafeMutableRawPointer) {
        place = start
        end = start + room.count
    }

    /// Appends what `spell` writes; it is called again if it ran short of room.
    package static func append(to bytes: inout [UInt8], _ spell: (inout Pen) -> Void) {
        var room = max(usualRoom, bytes.capacity - bytes.count)
        var isWhole = false
        while !isWhole {
            bytes.append(addingCapacity: room) { output in
                output.withUnsafeMutableBufferPointer { buffer, count in
                    let written = write(to: buffer, spell)
                    (isWhole, count) = (written != nil, written ?? 0)
                }
            }
            room *= 4
        }
    }

    /// Lends `use` what `spell` writes, for as long as the call takes; `spell` is called again if it ran short of room.
    package static func lend(_ spell: (inout Pen) -> Void, to use: (Span<UInt8>) -> Void) {
        let isWhole = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: stackRoom) { buffer in
            guard let count = write(to: buffer, spell) else { return false }
            use(UnsafeBufferPointer(rebasing: buffer[..<count]).span)
            return true
        }
        guard !isWhole else { return }
        var bytes: [UInt8] = []
        append(to: &bytes, spell)
        use(bytes.span)
    }

    /// How many bytes it were; nil: there was not enough room.
    @inline(__always)
    private static func write(
        to room: UnsafeMutableBufferPointer<UInt8>,
        _ spell: (inout Pen) -> Void
    ) -> Int? {
        guard let start = UnsafeMutableRawPointer(room.baseAddress) else { return nil }
        var pen = Pen(UnsafeMutableRawBufferPointer(room), at: start)
        spell(&pen)
        return pen.isShort ? nil : pen.place - start
    }

    // MARK: Words

    /// Writes what was known when this was compiled.
    @inline(__always)
    package mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes as they are.
    package mutating func write(_ bytes: Span<UInt8>) { bytes.withUnsafeBytes { write($0) } }

    /// The same.
    package mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

    @inline(__always)
    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard hasRoom(for: bytes.count), let first = bytes.baseAddress else { return }
        place.copyMemory(from: first, byteCount: bytes.count)
        place += bytes.count
    }

    /// Writes a name and a text, if that is plain: of visible ASCII without `"` and `\`.
    ///
    /// - Returns: false, it is not, and nothing was written.
    package mutating func write(_ name: StaticString, plain text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable {
            write(name, UnsafeRawBufferPointer($0), isQuoted: false)
        } ?? false
    }

    /// The same, with quotation marks around the text.
    package mutating func write(_ name: StaticString, quoted text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable {
            write(name, UnsafeRawBufferPointer($0), isQuoted: true)
        } ?? false
    }

    /// What there is no room for passes for plain.
    @inline(__always)
    private mutating func write(_ name: StaticString, _ text: UnsafeRawBufferPointer, isQuoted: Bool) -> Bool
    {
        guard hasRoom(for: name.utf8CodeUnitCount + text.count + 2) else { return true }
        place.copyMemory(from: name.utf8Start, byteCount: name.utf8CodeUnitCount)
        var next = place + name.utf8CodeUnitCount
        if isQuoted { Self.putQuote(at: &next) }
        guard Self.copyIfPlain(text, to: next) else { return false }
        next += text.count
        if isQuoted { Self.putQuote(at: &next) }
        place = next
        return true
    }

    @inline(__always)
    private static func putQuote(at place: inout UnsafeMutableRawPointer) {
        place.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        place += 1
    }

    // MARK: Numbers

    /// Writes a name and a number in decimal.
    package mutating func write(_ name: StaticString, _ number: Int) {
        guard hasRoom(for: name.utf8CodeUnitCount + Self.numberRoom) else { return }
        write(name)
        if (0...9).contains(number) { return spell(number.magnitude, 1) }
        if number < 0 { write("-") }
        spell(number.magnitude, Self.digits(of: number.magnitude))
    }

    /// Writes a name and so many thousandths, which are none below 0, as short as it goes: `12.34`.
    package mutating func write(_ name: StaticString, thousandths: Int) {
        let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
        write(name, whole)
        guard rest > 0 else { return }
        write(".")
        if rest % 100 == 0 { return write(rest / 100, digits: 1) }
        if rest % 10 == 0 { return write(rest / 10, digits: 2) }
        write(rest, digits: 3)
    }

    /// Writes the last `digits` digits, at most 19, of a number that is not negative.
    package mutating func write(_ number: Int, digits: Int) {
        guard hasRoom(for: Self.numberRoom) else { return }
        spell(number.magnitude, digits)
    }

    @inline(__always)
    private mutating func spell(_ number: UInt, _ digits: Int) {
        var (rest, index) = (number, digits)
        while index > 0 {
            index -= 1
            let digit = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            place.storeBytes(of: digit, toByteOffset: index, as: UInt8.self)
            rest /= 10
        }
        place += digits
    }

    @inline(__always)
    private static func digits(of number: UInt) -> Int {
        var (count, limit) = (1, UInt(10))
        while number >= limit {
            count += 1
            limit &*= 10
        }
        return count
    }

    // MARK: Copies

    @inline(__always)
    private mutating func hasRoom(for count: Int) -> Bool {
        if count <= end - place { return true }
        isShort = true
        return false
    }

    /// Copies a text, and looks at its bytes on the way.
    @inline(__always)
    private static func copyIfPlain(_ text: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) -> Bool
    {
        switch text.count {
        case 8...: copyIfPlain(text, to: place, by: UInt64.self)
        case 4...: copyIfPlain(text, to: place, by: UInt32.self)
        default: copyIfPlain(text, to: place, by: UInt8.self)
        }
    }

    /// The last word overlaps the one before it where the text is no multiple of words.
    @inline(__always)
    private static func copyIfPlain<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ text: UnsafeRawBufferPointer,
        to place: UnsafeMutableRawPointer,
        by: Word.Type
    ) -> Bool {
        let last = text.count - MemoryLayout<Word>.size
        var special: Word = 0
        var offset = 0
        while offset < text.count {
            offset = min(offset, last)
            let word = text.loadUnaligned(fromByteOffset: offset, as: Word.self)
            place.storeBytes(of: word, toByteOffset: offset, as: Word.self)
            special |= Self.special(word)
            offset += MemoryLayout<Word>.size
        }
        return special & (Word.max / 255 &* 0x80) == 0
    }

    /// The highest bit of a byte is set where the byte is not plain, and nowhere if all are.
    ///
    /// A carry from one byte to the next comes only from one that is not plain.
    ///
    /// - Source: Sean Anderson, "Bit Twiddling Hacks", hasless and hasmore.
    @inline(__always)
    private static func special<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word) -> Word {
        let ones = Word.max / 255
        let (quotes, backslashes) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
        let isBlank = (word &- ones &* 0x21) & ~word
        let isQuote = (quotes &- ones) & ~quotes
        let isBackslash = (backslashes &- ones) & ~backslashes
        let isBeyondTilde = (word &+ ones) | word
        return isBlank | isQuote | isBackslash | isBeyondTilde
    }
}

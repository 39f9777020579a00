/// A place in a text that moves forward and knows its line and column.
///
/// The text must be UTF-8.
struct TOMLCursor {
    /// The whole text.
    let bytes: [UInt8]
    /// The index of the next byte.
    private(set) var offset = 0
    /// The line and column of the next byte.
    private(set) var position = TOMLPosition(line: 1, column: 1)

    /// A cursor at the beginning of `bytes`, behind a byte order mark.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The next byte, or nil at the end.
    var next: UInt8? {
        byte(ahead: 0)
    }

    /// The byte `distance` after the next one, or nil beyond the end.
    func byte(ahead distance: Int) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    /// Whether a line feed, with or without a carriage return, comes next.
    var isAtNewline: Bool {
        next == UInt8(ascii: "\n") || (next == UInt8(ascii: "\r") && byte(ahead: 1) == UInt8(ascii: "\n"))
    }

    /// Whether `text` comes next.
    func isAt(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    /// Moves over one byte.
    mutating func advance() {
        guard let byte = next else { return }
        offset += 1
        if byte == UInt8(ascii: "\n") {
            position = TOMLPosition(line: position.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {
            position.column += 1
        }
    }

    /// Moves over `text` if it comes next.
    ///
    /// - Returns: Whether it did.
    mutating func take(_ text: StaticString) -> Bool {
        guard isAt(text) else { return false }
        for _ in 0..<text.utf8CodeUnitCount { advance() }
        return true
    }

    /// Moves over the end of a line if it comes next.
    ///
    /// - Returns: Whether it did.
    mutating func takeNewline() -> Bool {
        take("\n") || take("\r\n")
    }

    /// Moves over bytes for which `isWanted` holds, and returns them.
    mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = offset
        while let byte = next, isWanted(byte) { advance() }
        return bytes[start..<offset]
    }

    /// Moves over spaces and tabs.
    mutating func skipBlanks() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { advance() }
    }

    /// Moves to the beginning of the next line.
    mutating func skipLine() {
        while next != nil, !takeNewline() { advance() }
    }

    /// Moves over a comment, if one comes next, to the end of its line.
    mutating func skipComment() throws(TOMLFault) {
        guard next == UInt8(ascii: "#") else { return }
        while next != nil, !isAtNewline {
            try checkText()
            advance()
        }
    }

    /// Moves over blanks, line ends and comments.
    mutating func skipTrivia() throws(TOMLFault) {
        repeat {
            skipBlanks()
            try skipComment()
        } while takeNewline()
    }

    /// Refuses a control character other than tab as the next byte.
    func checkText() throws(TOMLFault) {
        switch next {
        case UInt8(ascii: "\r"): throw fault(.loneCarriageReturn)
        case .some(let byte) where (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F:
            throw fault(.controlCharacter(byte))
        default: break
        }
    }

    /// A fault at this place.
    func fault(_ error: TOMLError) -> TOMLFault {
        TOMLFault(position: position, error: error)
    }
}

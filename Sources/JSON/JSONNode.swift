/// One entry of a document's tape: a value, or the name of a member.
///
/// The tape lists them in the order of the text; the name of a member stands before its value:
///
///     {"a":[1,"x"]}     0 object 0..<13 next 5
///                       1 string 1..<4  next 2      (the name)
///                       2 array  5..<12 next 5
///                       3 integer 6..<7 next 4
///                       4 string 8..<11 next 5
struct JSONNode: Sendable {
    enum Kind: UInt8, Sendable {
        case null
        case `false`
        case `true`
        /// A number without fraction and exponent.
        case integer
        case decimal
        case string
        /// A string with at least one backslash: its bytes are not its text.
        case escapedString
        case array
        case object
    }

    let start: UInt32
    /// Behind the last byte; 0 while the container is open.
    private(set) var end: UInt32 = 0
    /// The entry behind this value and all it holds; while the container is open, its parent.
    private(set) var next: UInt32
    let kind: Kind

    /// A value that ends where it is recorded.
    init(_ kind: Kind, _ bytes: Range<Int>, next: Int) {
        self.kind = kind
        self.start = UInt32(truncatingIfNeeded: bytes.lowerBound)
        self.end = UInt32(truncatingIfNeeded: bytes.upperBound)
        self.next = UInt32(truncatingIfNeeded: next)
    }

    /// A container whose end is not yet known.
    init(opening kind: Kind, at start: Int, parent: Int) {
        self.kind = kind
        self.start = UInt32(truncatingIfNeeded: start)
        self.next = UInt32(truncatingIfNeeded: parent)
    }

    /// Of its bytes, as they are spelled.
    var length: Int { Int(end &- start) }

    /// `true` or `false`; nil for other values.
    var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        case .null, .integer, .decimal, .string, .escapedString, .array, .object: nil
        }
    }

    var range: Range<Int> { Int(start)..<Int(end) }

    mutating func close(end: Int, next: Int) {
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
    }
}

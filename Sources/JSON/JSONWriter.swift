/// Appends JSON text to a byte buffer, without white space.
///
/// The writer sees to commas, quotes and escapes; that `member` is called in objects and `element` in
/// arrays is the caller's part:
///
///     JSONWriter.object {
///         $0.member("id", 7)
///         $0.member("tags", array: { $0.element("a") })
///     }                                                      {"id":7,"tags":["a"]}
package struct JSONWriter {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    private let escapesLineSeparators: Bool
    private var needsComma = false

    /// An empty text.
    ///
    /// With `escapesLineSeparators` U+0085, U+2028 and U+2029 are written as escapes, in raw members too,
    /// for clients that split lines on them (Python's `splitlines`).
    package init(reservingCapacity capacity: Int = 256, escapesLineSeparators: Bool = false) {
        self.escapesLineSeparators = escapesLineSeparators
        bytes.reserveCapacity(capacity)
    }

    /// The text of one object.
    package static func object(
        escapesLineSeparators: Bool = false,
        _ body: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(escapesLineSeparators: escapesLineSeparators)
        writer.object(body)
        return writer.bytes
    }

    /// A text as a JSON string, with its quotes.
    package static func quoted(_ text: String, escapesLineSeparators: Bool = false) -> [UInt8] {
        var writer = JSONWriter(
            reservingCapacity: text.utf8.count + 8,
            escapesLineSeparators: escapesLineSeparators
        )
        writer.appendString(text)
        return writer.bytes
    }

    /// An object: the whole text, or an element.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        separate()
        nest(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// An array: the whole text, or an element.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        separate()
        nest(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// A member that is a string, or null.
    package mutating func member(_ name: String, _ value: String?) {
        appendName(name)
        appendString(value)
    }

    /// A member that is an integer, or null.
    package mutating func member(_ name: String, _ value: Int?) {
        appendName(name)
        appendInteger(value)
    }

    /// A member that is a number, or null (which NaN and the infinities are too).
    package mutating func member(_ name: String, _ value: Double?) {
        appendName(name)
        appendDouble(value)
    }

    /// A member that is `true`, `false` or null.
    package mutating func member(_ name: String, _ value: Bool?) {
        appendName(name)
        appendBool(value)
    }

    /// A member that is null.
    package mutating func memberNull(_ name: String) {
        appendName(name)
        appendNull()
    }

    /// A member whose value is JSON already.
    package mutating func member(_ name: String, raw value: some Sequence<UInt8>) {
        appendName(name)
        appendRaw(value)
    }

    /// A member that is an object.
    package mutating func member(_ name: String, object body: (inout JSONWriter) -> Void) {
        appendName(name)
        nest(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// A member that is an array.
    package mutating func member(_ name: String, array body: (inout JSONWriter) -> Void) {
        appendName(name)
        nest(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// A member whose value is written by one call in the body, of any kind.
    mutating func member(_ name: String, value body: (inout JSONWriter) -> Void) {
        appendName(name)
        needsComma = false
        body(&self)
    }

    /// An element that is a string, or null.
    package mutating func element(_ value: String?) {
        separate()
        appendString(value)
    }

    /// An element that is an integer, or null.
    package mutating func element(_ value: Int?) {
        separate()
        appendInteger(value)
    }

    /// An element that is a number, or null (which NaN and the infinities are too).
    package mutating func element(_ value: Double?) {
        separate()
        appendDouble(value)
    }

    /// An element that is `true`, `false` or null.
    package mutating func element(_ value: Bool?) {
        separate()
        appendBool(value)
    }

    /// An element that is null.
    package mutating func elementNull() {
        separate()
        appendNull()
    }

    /// An element that is JSON already.
    package mutating func element(raw value: some Sequence<UInt8>) {
        separate()
        appendRaw(value)
    }

    /// An element that is an object.
    package mutating func element(object body: (inout JSONWriter) -> Void) { object(body) }

    /// An element that is an array.
    package mutating func element(array body: (inout JSONWriter) -> Void) { array(body) }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func nest(_ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) -> Void) {
        bytes.append(opening)
        needsComma = false
        body(&self)
        bytes.append(closing)
        needsComma = true
    }

    private mutating func appendName(_ name: String) {
        separate()
        appendString(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func appendString(_ text: String?) {
        guard let text else { return appendNull() }
        bytes.append(UInt8(ascii: "\""))
        JSONEscaping.append(text, to: &bytes, escapesLineSeparators: escapesLineSeparators)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendInteger(_ value: Int?) {
        guard let value else { return appendNull() }
        bytes.append(contentsOf: value.description.utf8)
    }

    private mutating func appendDouble(_ value: Double?) {
        guard let value, value.isFinite else { return appendNull() }
        bytes.append(contentsOf: value.description.utf8)
    }

    private mutating func appendBool(_ value: Bool?) {
        guard let value else { return appendNull() }
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    private mutating func appendNull() {
        bytes.append(contentsOf: "null".utf8)
    }

    private mutating func appendRaw(_ value: some Sequence<UInt8>) {
        guard escapesLineSeparators else { return bytes.append(contentsOf: value) }
        JSONEscaping.append(raw: Array(value).span, to: &bytes)
    }
}

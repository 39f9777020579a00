/// A value being encoded.
///
/// A class because an encoder's containers may be filled in any order, even after their parent.
final class JSONPart {
    enum Value {
        case null
        case bool(Bool)
        /// Its spelling.
        case number(String)
        case string(String)
        case part(JSONPart)
    }

    private enum Shape {
        case empty
        case scalar
        case array
        case object
    }

    private var shape = Shape.empty
    private var values: [(name: String, value: Value)] = []

    var count: Int { values.count }

    func become(_ scalar: Value) {
        shape = .scalar
        values = [("", scalar)]
    }

    /// Keeps what it holds if it is an array already, as an encoder may be asked for its container twice.
    func becomeArray() {
        if shape != .array { values = [] }
        shape = .array
    }

    /// Keeps what it holds if it is an object already.
    func becomeObject() {
        if shape != .object { values = [] }
        shape = .object
    }

    /// Appends an element, or a member if this is an object.
    func append(_ value: Value, named name: String = "") {
        values.append((name, value))
    }

    func appendPart(named name: String = "") -> JSONPart {
        let part = JSONPart()
        append(.part(part), named: name)
        return part
    }

    /// A part that encoded nothing is an empty object.
    func write(to writer: inout JSONWriter) {
        switch shape {
        case .empty: writer.object { _ in }
        case .scalar: for (_, value) in values { JSONPart.write(value, to: &writer) }
        case .array: writer.array { for (_, value) in values { JSONPart.write(value, to: &$0) } }
        case .object: writer.object { for (name, value) in values { JSONPart.write(value, name, to: &$0) } }
        }
    }

    private static func write(_ value: Value, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.elementNull()
        case .bool(let bool): writer.element(bool)
        case .number(let spelling): writer.element(raw: spelling.utf8)
        case .string(let text): writer.element(text)
        case .part(let part): part.write(to: &writer)
        }
    }

    private static func write(_ value: Value, _ name: String, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.memberNull(name)
        case .bool(let bool): writer.member(name, bool)
        case .number(let spelling): writer.member(name, raw: spelling.utf8)
        case .string(let text): writer.member(name, text)
        case .part(let part): writer.member(name, value: part.write)
        }
    }
}

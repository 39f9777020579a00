import TOML

/// A value with its type, as toml-test writes it: `{"type": "integer", "value": "1"}`.
enum TypedJSON: Equatable {
    case scalar(type: String, value: String)
    case list([TypedJSON])
    case object([String: TypedJSON])

    init(_ kind: TOMLValue.Kind) {
        self =
            switch kind {
            case .string(let text): .scalar(type: "string", value: text)
            case .integer(let number): .scalar(type: "integer", value: String(number))
            case .float(let number): .scalar(type: "float", value: String(number))
            case .boolean(let flag): .scalar(type: "bool", value: String(flag))
            case .offsetDateTime(let text): .scalar(type: "datetime", value: Self.plain(text))
            case .localDateTime(let text): .scalar(type: "datetime-local", value: Self.plain(text))
            case .localDate(let text): .scalar(type: "date-local", value: text)
            case .localTime(let text): .scalar(type: "time-local", value: Self.plain(text))
            case .array(let values): .list(values.map { TypedJSON($0.kind) })
            case .table(let table):
                .object(
                    Dictionary(
                        table.entries.map { ($0.key, TypedJSON($0.value.kind)) },
                        uniquingKeysWith: { first, _ in first },
                    )
                )
            }
    }

    /// Upper case, `T` between date and time, no zeros at the end of a fraction.
    private static func plain(_ time: String) -> String {
        let text = time.uppercased().replacing(" ", with: "T")
        guard let dot = text.firstIndex(of: ".") else { return text }
        let digits = text[dot...].dropFirst().prefix { $0.isNumber }
        let end = digits.endIndex
        let shortened = digits.reversed().drop { $0 == "0" }.reversed()
        return text[..<dot] + (shortened.isEmpty ? "" : "." + String(shortened)) + text[end...]
    }
}

extension TypedJSON: Decodable {
    init(from decoder: any Decoder) throws {
        if let list = try? [TypedJSON](from: decoder) {
            self = .list(list)
        } else if let scalar = try? [String: String](from: decoder), scalar.count == 2,
            let type = scalar["type"],
            let value = scalar["value"]
        {
            self = .scalar(type: type, value: Self.plain(value, of: type))
        } else {
            self = .object(try [String: TypedJSON](from: decoder))
        }
    }

    private static func plain(_ value: String, of type: String) -> String {
        if type == "float", let number = Double(value) { return String(number.isNaN ? .nan : number) }
        return type.hasPrefix("datetime") || type.hasPrefix("time") ? plain(value) : value
    }
}

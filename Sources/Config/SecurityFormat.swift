import TOML

extension Format where Value == Configuration.Address {
    /// Where to listen.
    static var address: Self {
        Format(
            noun: "an address such as \"127.0.0.1:8788\", \"[::1]:8788\" or \"unix:PATH\"",
            read: { given throws(Refusal) in
                let text = try given.string()
                do throws(AddressError) {
                    return try Configuration.Address.parse(text)
                } catch {
                    throw given.refusal("\(given.spelling) \(error.message)")
                }
            },
            text: { quoted($0.description) },
        )
    }

    /// The same, but `""` becomes nil.
    func orNone() -> Format<Configuration.Address?> {
        none("\"\"") { given throws(Refusal) in try given.string().isEmpty }
    }
}

extension Format where Value == Configuration.Control.Subject {
    /// A user or group of this machine.
    static var subject: Self {
        Format(
            noun: "\"uid:N\" or \"gid:N\"",
            read: { given throws(Refusal) in
                let text = try given.string()
                guard let number = UInt32(text.dropFirst(4)),
                    text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") })
                else {
                    throw given.invalid()
                }
                if text.hasPrefix("uid:") { return .user(number) }
                if text.hasPrefix("gid:") { return .group(number) }
                throw given.invalid()
            },
            text: { subject in
                switch subject {
                case .user(let number): "\"uid:\(number)\""
                case .group(let number): "\"gid:\(number)\""
                }
            },
        )
    }
}

extension Format where Value == [String] {
    /// One or two SHA-256 digests, which messages never repeat: some will put the key itself there.
    static var digests: Self {
        let digest = Format<String>.hidden("64 hex digits, the SHA-256 of the key (never the key itself)") {
            text in
            text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
        }
        .lowercased()
        let list = digest.list("a digest of 64 hex digits, or an array of two")
        return Format(
            noun: list.noun,
            read: { given throws(Refusal) in
                guard case .array(let values) = given.value.kind else {
                    return [try digest.read(given)]
                }
                guard 1...2 ~= values.count else {
                    throw given.refusal("the array has \(values.count) digests (1 to 2)")
                }
                return try list.read(given)
            },
            text: list.text,
        )
    }
}

extension Format where Value == Int {
    /// A moment in seconds since 1970, written as date or as date and time with offset, in quotes or not.
    static var moment: Self {
        Format(
            noun:
                "a date (2027-01-31, the start of that day in UTC) or a date-time with offset (2027-01-31T12:00:00Z)",
            read: { given throws(Refusal) in
                let moment: Int?
                switch given.value.kind {
                case .string: moment = Moment.parse(try given.string())
                case .offsetDateTime(let text), .localDate(let text): moment = Moment.parse(text)
                case .integer, .float, .boolean, .localDateTime, .localTime, .array, .table:
                    throw given.mistyped()
                }
                guard let moment else { throw given.invalid() }
                return moment
            },
            text: Moment.text,
        )
    }
}

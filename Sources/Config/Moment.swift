import TOML

/// Moments in seconds since 1970, as RFC 3339 writes them: `2027-01-31T12:00:00Z`.
enum Moment {
    /// The moment that `text` names, or nil if it has no offset or does not exist; a date alone begins in UTC.
    static func parse(_ text: String) -> Int? {
        // The rules for dates are those of TOML, so its parser applies them.
        let (table, faults) = TOMLTable.parse(Array("moment = \(text)".utf8))
        guard faults.isEmpty, table.entries.count == 1 else { return nil }
        switch table.entries[0].value.kind {
        case .localDate(let date): return days(date) * 86_400
        case .offsetDateTime(let time): return days(time) * 86_400 + seconds(time) - offset(time)
        case .string, .integer, .float, .boolean, .localDateTime, .localTime, .array, .table: return nil
        }
    }

    /// The moment in UTC.
    static func text(_ moment: Int) -> String {
        let day = (moment < 0 ? moment - 86_399 : moment) / 86_400
        let second = moment - day * 86_400
        let (year, month, dayOfMonth) = date(day)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
        return
            "\(date)T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
    }

    /// Days since 1970 of a date, by counting years from March, so that a leap day is the last of its year.
    ///
    /// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    private static func days(_ text: String) -> Int {
        let month = number(text, 5..<7)
        let year = number(text, 0..<4) - (month <= 2 ? 1 : 0) + 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + number(text, 8..<10) - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468 - 146_097
    }

    /// The date of a day since 1970, `civil_from_days` of the same source.
    private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468 + 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + shifted / 146_097 * 400 - 400 + (month >= 10 ? 1 : 0)
        return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
    }

    private static func seconds(_ text: String) -> Int {
        number(text, 11..<13) * 3_600 + number(text, 14..<16) * 60 + number(text, 17..<19)
    }

    private static func offset(_ text: String) -> Int {
        guard !text.hasSuffix("Z"), !text.hasSuffix("z") else { return 0 }
        let zone = String(text.suffix(6))
        let seconds = number(zone, 1..<3) * 3_600 + number(zone, 4..<6) * 60
        return zone.hasPrefix("-") ? -seconds : seconds
    }

    private static func number(_ text: String, _ range: Range<Int>) -> Int {
        Array(text.utf8)[range].reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

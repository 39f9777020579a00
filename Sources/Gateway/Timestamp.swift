/// A time of the calendar as APIs spell it.
///
///     1_767_225_600_000_000_001    "2026-01-01T00:00:00.000000001Z"
enum Timestamp {
    /// A time since 1970 in UTC, with nine digits of fraction (RFC 3339); an earlier one counts as 1970.
    ///
    /// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    static func rfc3339(_ nanoseconds: Int64) -> String {
        let (seconds, fraction) = max(0, Int(nanoseconds)).quotientAndRemainder(dividingBy: 1_000_000_000)
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + 400 * era + (month <= 2 ? 1 : 0)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(30)
        append(year, 4, "-", to: &bytes)
        append(month, 2, "-", to: &bytes)
        append(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2, "T", to: &bytes)
        append(time / 3600, 2, ":", to: &bytes)
        append(time / 60 % 60, 2, ":", to: &bytes)
        append(time % 60, 2, ".", to: &bytes)
        append(fraction, 9, "Z", to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(
        _ number: Int,
        _ digits: Int,
        _ end: Unicode.Scalar,
        to bytes: inout [UInt8]
    ) {
        var scale = 1
        for _ in 1..<digits { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 48 + number / scale % 10))
            scale /= 10
        }
        bytes.append(UInt8(ascii: end))
    }
}

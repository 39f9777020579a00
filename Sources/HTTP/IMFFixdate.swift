/// The value of a Date field, 29 bytes: for 784111777 it is `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// - Source: RFC 9110 §5.6.7 (IMF-fixdate). Years 0 to 9999 have the right form; it is UTC without leap seconds.
package func imfFixdate(unixSeconds: Int) -> [UInt8] {
    let (days, second) = unixSeconds.flooredDivision(by: 86_400)
    let (year, month, day) = civilDate(daysSinceEpoch: days)
    let weekday = (days + 4).flooredDivision(by: 7).remainder
    var text: [UInt8] = []
    text.reserveCapacity(29)
    text.append(contentsOf: name(weekday, of: "SunMonTueWedThuFriSat"))
    text.append(contentsOf: ", ".utf8)
    append(day, separator: " ", to: &text)
    text.append(contentsOf: name(month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec"))
    text.append(Byte.space)
    append(year / 100, separator: nil, to: &text)
    append(year % 100, separator: " ", to: &text)
    append(second / 3600, separator: ":", to: &text)
    append(second / 60 % 60, separator: ":", to: &text)
    append(second % 60, separator: " ", to: &text)
    text.append(contentsOf: "GMT".utf8)
    return text
}

/// The Gregorian date of a day counted from 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last of its year; 400 of them have 146 097 days, and in
/// each of them month m begins on day (153 m + 2) / 5.
private func civilDate(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, day) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
}

private func name(_ index: Int, of names: String) -> Substring.UTF8View {
    names.utf8.dropFirst(index * 3).prefix(3)
}

private func append(_ number: Int, separator: Unicode.Scalar?, to text: inout [UInt8]) {
    text.append(Byte.zero + UInt8(truncatingIfNeeded: number / 10 % 10))
    text.append(Byte.zero + UInt8(truncatingIfNeeded: number % 10))
    if let separator { text.append(UInt8(ascii: separator)) }
}

extension Int {
    /// Quotient and remainder, the remainder never being negative.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

import Glibc

/// A moment of the monotonic clock, which no change of the calendar moves (clock_gettime(2)).
package struct Moment: Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// A moment that never comes.
    package static let distantFuture = Moment(nanoseconds: .max)

    package static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (moment: Moment, duration: Duration) -> Moment {
        let (sum, overflows) = moment.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Moment(nanoseconds: overflows ? .max : sum)
    }

    package static func - (left: Moment, right: Moment) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// The whole duration in nanoseconds, at most 292 years.
    package var nanoseconds: Int64 {
        // One division: `components` takes several, of numbers twice as wide as the machine's.
        let whole = attoseconds / 1_000_000_000
        return Int64(exactly: whole) ?? (whole < 0 ? .min : .max)
    }

    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

/// The calendar's time (UTC).
package enum WallClock {
    /// Nanoseconds since 1970.
    package static var nanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Seconds since 1970, by a clock that is a few milliseconds late and asked at no cost.
    package static var seconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return time.tv_sec
    }

    /// `2026-03-01T12:00:00.123456Z` (RFC 3339).
    ///
    /// `digits`: of the fraction, 0 to 9.
    package static func timestamp(_ nanoseconds: Int64 = nanoseconds, digits: Int = 3) -> String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let time =
            "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        let fraction = padded(Int(nanoseconds % 1_000_000_000), 9).prefix(digits)
        return "\(date)T\(time)\(digits > 0 ? "." : "")\(fraction)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

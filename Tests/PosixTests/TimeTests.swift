import Posix
import Testing

@Suite struct TimeTests {
    @Test(arguments: [
        (Duration.zero, Int64(0), Int64(0)), (.nanoseconds(1), 1, 0), (.nanoseconds(-1), -1, 0),
        (.milliseconds(1), 1_000_000, 1), (.microseconds(1_999), 1_999_000, 1),
        (.seconds(75), 75_000_000_000, 75_000),
        (.milliseconds(-1_500), -1_500_000_000, -1_500), (.seconds(10_000_000_000), .max, .max / 1_000_000),
        (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0, 0),
    ])
    func `a duration is counted in whole nanoseconds and milliseconds`(
        duration: Duration,
        nanoseconds: Int64,
        milliseconds: Int64,
    ) {
        #expect(duration.nanoseconds == nanoseconds)
        #expect(duration.milliseconds == milliseconds)
    }

    @Test func `a duration just over the range is the longest one`() async {
        await #expect(processExitsWith: .success) {
            let duration = Duration.seconds(9_223_372_036) + .milliseconds(900)
            precondition(duration.nanoseconds == .max)
        }
    }

    @Test func `a moment moves by a duration and back`() {
        let moment = Moment(nanoseconds: 5_000_000_000)

        #expect(moment + .seconds(2) == Moment(nanoseconds: 7_000_000_000))
        #expect(moment + .seconds(-2) == Moment(nanoseconds: 3_000_000_000))
        #expect(moment + .seconds(2) - moment == .seconds(2))
        #expect(moment - (moment + .seconds(2)) == .seconds(-2))
    }

    @Test func `a moment that never comes stays there`() {
        #expect(Moment.now + .seconds(20_000_000_000) == .distantFuture)
        #expect(Moment.distantFuture + .seconds(1) == .distantFuture)
        #expect(Moment.now < .distantFuture)
    }

    @Test func `the monotonic clock does not go back`() {
        let moments = (0..<1000).map { _ in Moment.now }

        #expect(moments == moments.sorted())
    }

    @Test(arguments: [
        (Int64(0), 3, "1970-01-01T00:00:00.000Z"), (1_772_366_400_123_456_789, 3, "2026-03-01T12:00:00.123Z"),
        (1_772_366_400_123_456_789, 6, "2026-03-01T12:00:00.123456Z"),
        (1_772_366_400_123_456_789, 9, "2026-03-01T12:00:00.123456789Z"),
        (1_772_366_400_999_999_999, 0, "2026-03-01T12:00:00Z"),
        (1_709_164_800_000_000_000, 3, "2024-02-29T00:00:00.000Z"),
        (4_102_444_799_000_000_001, 9, "2099-12-31T23:59:59.000000001Z"),
    ])
    func `a timestamp is RFC 3339 in UTC`(nanoseconds: Int64, digits: Int, expected: String) {
        #expect(WallClock.timestamp(nanoseconds, digits: digits) == expected)
    }

    @Test func `the calendar's seconds and nanoseconds agree`() {
        #expect(abs(Int(WallClock.nanoseconds / 1_000_000_000) - WallClock.seconds) <= 1)
        #expect(WallClock.seconds > 1_700_000_000)
    }
}

import HTTP
import Testing

@testable import Gateway

@Suite struct RateLimitTests {
    static let rows: [(RateLimit.Unit, Int, Duration?, String, Int?)] = [
        (.requests, 1, .milliseconds(500), "Request rate limit exceeded: 9 a minute; try again in 1 s", 1),
        (.burst, 1, .seconds(2), "Request rate limit exceeded: 9 at once; try again in 2 s", 2),
        (
            .tokens, 5, .seconds(59),
            "Token rate limit exceeded: 7 of this minute's 9 are used, and this request may cost 5; try again in 59 s",
            59
        ),
        (
            .tokens, 10, nil,
            "Token rate limit exceeded: this request may cost 10 tokens, and 9 a minute is the limit; "
                + "shorten it or lower max_tokens", nil
        ),
        (.concurrency, 1, nil, "Too many requests in flight: 9 at a time; wait until one is answered", 1),
        (
            .attempts, 1, .seconds(60),
            "Too many wrong API keys from this address, 9 a minute; try again in 60 s; a right one is always served",
            60
        ),
    ]

    @Test(arguments: rows)
    func `every limit says what it is, and when to ask again`(
        unit: RateLimit.Unit,
        wanted: Int,
        retry: Duration?,
        message: String,
        seconds: Int?
    ) {
        let limit = RateLimit(unit, limit: 9, used: 7, wanted: wanted, retryAfter: retry)

        #expect(limit.message == message)
        #expect(limit.retrySeconds == seconds)
    }

    @Test(arguments: [
        (0, "0ms"), (17, "17ms"), (999, "999ms"), (1000, "1s"), (1001, "2s"), (59_000, "59s"),
        (59_001, "1m0s"),
        (60_000, "1m0s"), (90_500, "1m31s"),
    ])
    func `a reset is spelled as OpenAI does`(milliseconds: Int, spelled: String) {
        #expect(RateLimitFields.spelled(.milliseconds(milliseconds)) == spelled)
    }

    @Test func `what is not limited has no fields`() {
        var fields: FieldList = [:]
        RateLimitFields.append(.tokens, limit: nil, left: nil, resetsAfter: .zero, to: &fields)
        #expect(fields.count == 0)
        RateLimitFields.append(.tokens, limit: 9, left: 7, resetsAfter: .seconds(2), to: &fields)
        #expect(fields["x-ratelimit-limit-tokens"] == "9")
        #expect(fields["x-ratelimit-remaining-tokens"] == "7")
        #expect(fields["x-ratelimit-reset-tokens"] == "2s")
        #expect(fields.count == 3)
    }
}

import Testing

@testable import Config

@Suite struct LimitsTests {
    @Test func `a key's limit comes before the listener's, and that before the general one`() throws {
        let file = """
            [limits]
            requests_per_minute = 100
            tokens_per_minute = 1000
            burst = 10
            max_concurrent = 1
            [[listeners]]
            requests_per_minute = 200
            tokens_per_minute = 0
            [[auth.keys]]
            name = "k"
            key_env = "K"
            requests_per_minute = 0
            max_concurrent = 3
            """
        let configuration = try valid(file).configuration

        let key = configuration.limits(for: configuration.auth.keys[0], at: configuration.listeners[0])
        #expect(
            (key.requestsPerMinute, key.tokensPerMinute, key.burst, key.maxConcurrent) == (nil, nil, 10, 3)
        )
        let nobody = configuration.limits(for: nil, at: configuration.listeners[0])
        #expect((nobody.requestsPerMinute, nobody.tokensPerMinute, nobody.burst) == (200, nil, 10))
        let elsewhere = configuration.limits(for: nil, at: Configuration.Listener())
        #expect((elsewhere.requestsPerMinute, elsewhere.tokensPerMinute) == (100, 1000))
    }

    @Test func `a burst without a pace is warned of`() throws {
        let warnings = try valid("[limits]\nburst = 5").warnings

        #expect(warnings.contains("2:9: limits.burst: has no effect without requests_per_minute"))
    }
}

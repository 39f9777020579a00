/// How long to wait before the next try: 25 ms, twice that, and so on to 5 s, less up to half of it by chance.
struct Backoff {
    static let first = Duration.milliseconds(25)
    static let most = Duration.seconds(5)

    private var failures = 0

    /// The next wait; `chance` is 0 to 1, where 1 takes nothing off.
    mutating func next(chance: Double) -> Duration {
        let delay = min(Self.first * (1 << min(failures, 10)), Self.most)
        failures += 1
        return delay * (0.5 + chance / 2)
    }

    /// A try succeeded.
    mutating func reset() { failures = 0 }
}

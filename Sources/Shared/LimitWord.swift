import Posix
import Synchronization

/// What one subject has used of its limits, in 128 bits, so that one compare-and-swap decides.
///
///     bits   0…23   tag        of the subject; 0: nobody's
///     bits  24…51   start      of the window, in milliseconds since the table was made, modulo 2²⁸ (3 days)
///     bits  52…71   requests   admitted in the window, at most 1 048 575
///     bits  72…101  tokens     reserved or used in the window, at most 1 073 741 823
///     bits 102…127  debt       of the burst clock: units of 2 µs that it is ahead of the window's start (134 s)
///
/// A window starts with the first request and lasts a minute; it admits what the rules say, to the last request. Inside
/// of it the burst clock spaces requests out (GCRA, ITU-T I.371): each moves it on by window ÷ requests, and it may be at
/// most `burst` such steps ahead of the time. It outlives the window that it was moved in.
package struct LimitWord: Equatable {
    package static let window = Duration.seconds(60)
    package static let maxRequests = 1_000_000
    package static let maxTokens = 1_000_000_000

    private static let windowMilliseconds = 60_000
    private static let unitsPerMillisecond = 500
    private static let windowUnits = windowMilliseconds * unitsPerMillisecond

    private static let tagField = BitField(offset: 0, width: 24)
    private static let startField = BitField(offset: 24, width: 28)
    private static let requestsField = BitField(offset: 52, width: 20)
    private static let tokensField = BitField(offset: 72, width: 30)
    private static let debtField = BitField(offset: 102, width: 26)

    private(set) var bits: UInt128

    init(_ pair: WordPair) { bits = UInt128(pair.second) << 64 | UInt128(pair.first) }

    /// Nobody's slot.
    init() { bits = 0 }

    /// The slot of a subject that has used nothing, its window over.
    init(tag: Int, at milliseconds: Int) {
        self.init()
        self.tag = tag
        start = milliseconds - Self.windowMilliseconds
    }

    var pair: WordPair {
        WordPair(first: UInt(truncatingIfNeeded: bits), second: UInt(truncatingIfNeeded: bits >> 64))
    }

    static func tag(of hash: UInt64) -> Int { max(1, Int(hash >> 40)) }

    private(set) var tag: Int {
        get { Self.tagField.value(in: bits) }
        set { Self.tagField.put(newValue, into: &bits) }
    }
    private(set) var start: Int {
        get { Self.startField.value(in: bits) }
        set { Self.startField.put(newValue, into: &bits) }
    }
    private(set) var requests: Int {
        get { Self.requestsField.value(in: bits) }
        set { Self.requestsField.put(min(newValue, Self.requestsField.most), into: &bits) }
    }
    private(set) var tokens: Int {
        get { Self.tokensField.value(in: bits) }
        set { Self.tokensField.put(min(max(0, newValue), Self.tokensField.most), into: &bits) }
    }
    private var debt: Int {
        get { Self.debtField.value(in: bits) }
        set { Self.debtField.put(min(newValue, Self.debtField.most), into: &bits) }
    }

    // MARK: Time

    /// Since the window's start; 0 for whoever looks at a clock that was read before it.
    private func age(at milliseconds: Int) -> Int {
        let age = (milliseconds - start) & Self.startField.most
        return age > Self.startField.most / 2 ? 0 : age
    }

    /// Whether the window is over; the burst clock may still be ahead.
    func isOver(at milliseconds: Int) -> Bool { age(at: milliseconds) >= Self.windowMilliseconds }

    /// Whether nothing of it matters any more.
    func isSpent(at milliseconds: Int) -> Bool {
        isOver(at: milliseconds) && ahead(at: milliseconds) == 0
    }

    /// Units that the burst clock is ahead of the time.
    private func ahead(at milliseconds: Int) -> Int {
        max(0, debt - age(at: milliseconds) * Self.unitsPerMillisecond)
    }

    private mutating func renew(at milliseconds: Int) {
        guard isOver(at: milliseconds) else { return }
        let rest = ahead(at: milliseconds)
        (start, requests, tokens, debt) = (milliseconds & Self.startField.most, 0, 0, rest)
    }

    // MARK: Deciding

    /// Counts a request that is expected to cost so many tokens, or says why it is too much; then nothing has changed.
    mutating func admit(_ rules: LimitRules, tokens wanted: Int, at milliseconds: Int) throws(LimitRefusal) {
        var next = self
        next.renew(at: milliseconds)
        let rest = next.rest(at: milliseconds)
        func refusal(_ unit: LimitRefusal.Unit, _ limit: Int, _ used: Int, _ wanted: Int, _ wait: Duration?)
            -> LimitRefusal
        {
            LimitRefusal(
                unit: unit,
                limit: limit,
                used: used,
                wanted: wanted,
                retryAfter: wait,
                standing: next.standing(rules, at: milliseconds)
            )
        }
        if let limit = rules.requests, next.requests >= limit {
            throw refusal(.requests, limit, next.requests, 1, rest)
        }
        if let limit = rules.tokens, next.tokens + wanted > limit {
            throw refusal(.tokens, limit, next.tokens, wanted, wanted > limit ? nil : rest)
        }
        if let (step, tolerance) = Self.clock(rules) {
            let ahead = next.ahead(at: milliseconds)
            if ahead > tolerance {
                throw refusal(
                    .burst,
                    rules.burst ?? 0,
                    ahead / step + 1,
                    1,
                    .microseconds((ahead - tolerance) * 2)
                )
            }
            next.debt = max(next.debt, next.age(at: milliseconds) * Self.unitsPerMillisecond) + step
        }
        next.requests += 1
        next.tokens += wanted
        self = next
    }

    /// Puts the true cost of a request in the place of what was reserved when it was admitted at `began`.
    ///
    /// What it cost more counts even if its window is over; what it cost less does not.
    mutating func settle(reserved: Int, cost: Int, began: Int, at milliseconds: Int) {
        guard !isOver(at: milliseconds) else { return }
        tokens += start == began ? cost - reserved : max(0, cost - reserved)
    }

    /// Takes a request back that was admitted at `began`, as if it had never been.
    mutating func cancel(_ rules: LimitRules, reserved: Int, began: Int) {
        guard start == began, requests > 0 else { return }
        requests -= 1
        tokens -= reserved
        if let (step, _) = Self.clock(rules) { debt = max(0, debt - step) }
    }

    /// How things stand after ``admit(_:tokens:at:)``.
    func standing(_ rules: LimitRules, at milliseconds: Int) -> LimitStanding {
        var now = self
        now.renew(at: milliseconds)
        var left = rules.requests.map { max(0, $0 - now.requests) }
        if let (step, tolerance) = Self.clock(rules) {
            let ahead = now.ahead(at: milliseconds)
            left = min(left ?? .max, ahead > tolerance ? 0 : (tolerance - ahead) / step + 1)
        }
        return LimitStanding(
            rules: rules,
            requestsLeft: left,
            tokensLeft: rules.tokens.map { max(0, $0 - now.tokens) },
            resetsAfter: now.requests == 0 ? .zero : now.rest(at: milliseconds)
        )
    }

    private func rest(at milliseconds: Int) -> Duration {
        .milliseconds(max(0, Self.windowMilliseconds - age(at: milliseconds)))
    }

    /// The burst clock's step and how far it may be ahead; nil: there is none.
    private static func clock(_ rules: LimitRules) -> (step: Int, tolerance: Int)? {
        guard let burst = rules.burst, let requests = rules.requests else { return nil }
        let step = max(1, windowUnits / requests)
        return (step, step * (min(burst, requests) - 1))
    }
}

/// Some neighbouring bits of 128.
private struct BitField {
    let offset: UInt128
    let most: Int

    init(offset: Int, width: Int) {
        self.offset = UInt128(offset)
        most = 1 << width - 1
    }

    func value(in bits: UInt128) -> Int { Int(truncatingIfNeeded: bits >> offset) & most }

    func put(_ value: Int, into bits: inout UInt128) {
        bits = bits & ~(UInt128(most) << offset) | UInt128(value & most) << offset
    }
}

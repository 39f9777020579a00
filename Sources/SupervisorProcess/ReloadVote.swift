/// Who has yet to agree to a new configuration, and who refused; without a clock or effect of its own.
struct ReloadVote: Equatable {
    enum Event: Equatable {
        /// A child that does not serve yet votes too; but should it die, nothing is lost.
        case joined(String)
        case prepared(String)
        case refused(String, reason: String)
        case died(String)
        case timeOut
    }

    enum Verdict: Equatable {
        case pending
        case agreed
        case refused(reason: String)
    }

    private var awaited: Set<String>
    private var newcomers: Set<String>
    private(set) var verdict: Verdict

    /// Those who serve, and those who do not yet.
    init(_ voters: [String], newcomers: [String] = []) {
        awaited = Set(voters + newcomers)
        self.newcomers = Set(newcomers)
        verdict = awaited.isEmpty ? .agreed : .pending
    }

    /// A verdict is final.
    mutating func handle(_ event: Event) {
        guard verdict == .pending else { return }
        switch event {
        case .joined(let name):
            awaited.insert(name)
            newcomers.insert(name)
        case .prepared(let name): settle(name)
        case .refused(let name, let reason): verdict = .refused(reason: "\(name): \(reason)")
        case .died(let name):
            guard awaited.contains(name) else { break }
            if newcomers.contains(name) { settle(name) } else { verdict = .refused(reason: "\(name) died") }
        case .timeOut:
            verdict = .refused(
                reason: "no answer within 2 s from \(awaited.sorted().joined(separator: ", "))"
            )
        }
    }

    private mutating func settle(_ name: String) {
        awaited.remove(name)
        if awaited.isEmpty { verdict = .agreed }
    }
}

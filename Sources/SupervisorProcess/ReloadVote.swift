/// Who has yet to agree to a new configuration, and who refused; without a clock or effect of its own.
struct ReloadVote: Equatable {
    enum Event: Equatable {
        /// A child that was started meanwhile votes too.
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
    private(set) var verdict: Verdict

    init(_ voters: [String]) {
        awaited = Set(voters)
        verdict = voters.isEmpty ? .agreed : .pending
    }

    /// A verdict is final.
    mutating func handle(_ event: Event) {
        guard verdict == .pending else { return }
        switch event {
        case .joined(let name): awaited.insert(name)
        case .prepared(let name):
            awaited.remove(name)
            if awaited.isEmpty { verdict = .agreed }
        case .refused(let name, let reason): verdict = .refused(reason: "\(name): \(reason)")
        case .died(let name): if awaited.contains(name) { verdict = .refused(reason: "\(name) died") }
        case .timeOut:
            verdict = .refused(
                reason: "no answer within 2 s from \(awaited.sorted().joined(separator: ", "))"
            )
        }
    }
}

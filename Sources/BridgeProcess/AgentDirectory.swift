import Posix

/// Who serves which model, who is busy, and who left a moment ago; a pure value, time arrives with each event.
struct AgentDirectory {
    /// How long after its last agent left a model's requests still wait for one.
    static let absence = Duration.seconds(30)

    private struct Agent {
        var models: [String]
        var inFlight = 0
        /// The turn in which it was last chosen.
        var lastTurn = 0
    }

    private var agents: [Int: Agent] = [:]
    private var leftAt: [String: Moment] = [:]
    private var turn = 0
    /// Before this moment every model counts as one whose agent left when the process started.
    private var everybodyLeftAt: Moment?

    /// - Parameter replacingSince: when this process took the place of another; nil if it is the first.
    init(replacingSince: Moment? = nil) { everybodyLeftAt = replacingSince }

    /// An agent, by a number of its connection, serves these models from now on.
    mutating func join(_ number: Int, models: [String]) {
        agents[number, default: Agent(models: [])].models = models
        for model in models { leftAt[model] = nil }
    }

    mutating func leave(_ number: Int, at now: Moment) {
        guard let agent = agents.removeValue(forKey: number) else { return }
        for model in agent.models where !isServed(model) { leftAt[model] = now }
    }

    func inFlight(_ number: Int) -> Int { agents[number]?.inFlight ?? 0 }

    /// The least busy agent that serves `model`; of equals, the one that waited longest for its turn.
    mutating func choose(_ model: String) -> Int? {
        let serving = agents.filter { $0.value.models.contains(model) }
        let chosen = serving.min {
            ($0.value.inFlight, $0.value.lastTurn) < ($1.value.inFlight, $1.value.lastTurn)
        }
        guard let number = chosen?.key else { return nil }
        turn += 1
        agents[number]?.lastTurn = turn
        agents[number]?.inFlight += 1
        return number
    }

    /// A request that the agent was chosen for has ended.
    mutating func release(_ number: Int) { agents[number]?.inFlight -= 1 }

    /// Whether it is worth waiting for an agent: the last one left less than 30 s ago.
    func mayReturn(_ model: String, at now: Moment) -> Bool {
        guard let left = leftAt[model] ?? everybodyLeftAt else { return false }
        return now - left < Self.absence
    }

    private func isServed(_ model: String) -> Bool { agents.values.contains { $0.models.contains(model) } }
}

import Config
import Events
import IPC
import Log
import Posix

/// How a reload ended.
enum ReloadOutcome: Equatable {
    case unchanged
    case applied(generation: Int, changes: [String])
    /// The old configuration stays; each line says one fault.
    case failed([String])
}

/// Reload as a commit in two phases: every child prepares, then all switch; before the decision anything aborts it,
/// after it nothing does.
final class Reloader {
    private static let patience = Duration.seconds(2)

    private let table: ProcessTable
    private let log: Logger
    private let read: () -> Result<Configuration, ReloadFault>
    private let hubToken: (Configuration) throws(ChildFault) -> String?

    private var isRunning = false
    private var isWanted = false
    private var waiters: [UnsafeContinuation<ReloadOutcome, Never>] = []
    /// The vote in progress and what its voters were sent; nil between reloads and after the decision.
    private var vote: ReloadVote?
    private var proposal: Proposal?
    private var left: Set<String> = []

    /// Shutdown beats reload.
    var isAllowed: () -> Bool = { true }
    /// Called around a reload, for the service manager.
    var onBegin: () -> Void = {}
    var onEnd: (ReloadOutcome) -> Void = { _ in }
    private(set) var lastOutcome: ReloadOutcome?

    /// Every fault of a file that cannot be used, a line each.
    struct ReloadFault: Error {
        let lines: [String]
    }

    private struct Proposal {
        let generation: Int
        let configuration: Configuration
        let hubToken: String?
        let plan: ListenerTable.Plan
    }

    /// `read`: reads, checks and resolves the configuration file.
    init(
        _ table: ProcessTable,
        read: @escaping () -> Result<Configuration, ReloadFault>,
        hubToken: @escaping (Configuration) throws(ChildFault) -> String?,
    ) {
        self.table = table
        log = table.log
        self.read = read
        self.hubToken = hubToken
        table.onReport = { [unowned self] report, slot in heard(report, from: slot) }
        table.onConfigured = { [unowned self] slot in invite(slot) }
        table.onDeath = { [unowned self] slot in vote?.handle(.died(slot.name)) }
    }

    /// Reloads; what is asked for meanwhile becomes one more reload, whose outcome all those get.
    func reload() async -> ReloadOutcome {
        if isRunning {
            isWanted = true
            return await withUnsafeContinuation { waiters.append($0) }
        }
        isRunning = true
        let outcome = await perform()
        isRunning = false
        if isWanted {
            isWanted = false
            let waiting = waiters
            waiters = []
            table.start {
                let next = await self.reload()
                waiting.forEach { $0.resume(returning: next) }
            }
        }
        return outcome
    }

    private func perform() async -> ReloadOutcome {
        onBegin()
        let outcome = await decide()
        lastOutcome = outcome
        report(outcome)
        onEnd(outcome)
        return outcome
    }

    private func decide() async -> ReloadOutcome {
        guard isAllowed() else { return .failed(["the daemon is shutting down"]) }
        switch read() {
        case .failure(let fault): return .failed(fault.lines)
        case .success(let configuration):
            let changes = configuration.diff(from: table.configuration)
            let token: String?
            let plan: ListenerTable.Plan
            do throws(ChildFault) {
                token = try hubToken(configuration)
                if configuration == table.configuration, token == table.hubToken { return .unchanged }
                plan = try table.listeners.plan(for: configuration)
            } catch {
                return .failed([error.description])
            }
            return await propose(
                Proposal(
                    generation: table.generation + 1,
                    configuration: configuration,
                    hubToken: token,
                    plan: plan
                ),
                changes
            )
        }
    }

    private func propose(_ proposal: Proposal, _ changes: [String]) async -> ReloadOutcome {
        let voters = table.slots.filter { $0.isConfigured && $0.state == .running }
        self.proposal = proposal
        vote = ReloadVote(voters.map(\.name))
        voters.forEach(send)
        let isDecided = await table.until(within: Self.patience) { vote?.verdict != .pending }
        if !isDecided { vote?.handle(.timeOut) }
        let verdict = vote?.verdict
        self.proposal = nil
        vote = nil
        if case .refused(let reason)? = verdict {
            for slot in table.slots { slot.send(.abort(generation: proposal.generation)) }
            table.listeners.abandon(proposal.plan)
            return .failed([reason])
        }
        guard isAllowed() else { return .failed(["the daemon is shutting down"]) }
        await commit(proposal)
        return .applied(generation: proposal.generation, changes: changes)
    }

    /// The decision: from the first line on this is the configuration, whatever happens to children.
    private func commit(_ proposal: Proposal) async {
        table.configuration = proposal.configuration
        table.hubToken = proposal.hubToken
        table.generation = proposal.generation
        let retired = proposal.plan.removed
        table.listeners.adopt(proposal.plan)
        left = []
        let committing = table.slots.filter { $0.isConfigured && $0.state == .running }
        for slot in committing { slot.send(.commit(generation: proposal.generation)) }
        let isDone = await table.until(within: Self.patience) {
            committing.allSatisfy { $0.generation == proposal.generation || !$0.isConfigured }
        }
        if !isDone {
            for slot in committing where slot.generation != proposal.generation && slot.isConfigured {
                log.error("child did not commit and is replaced", ["child": .init(slot.name)])
                slot.replace()
            }
        }
        await close(retired, leftBy: committing)
        guard isAllowed() else { return }
        do throws(Errno) {
            try table.reconcile()
        } catch {
            log.error("cannot start children", ["reason": .init(error)])
        }
    }

    /// Waits until every child has taken what waited at the listeners that go away; they close as `retired` is let go.
    private func close(_ retired: [OwnedListener], leftBy slots: [Slot]) async {
        guard !retired.isEmpty else { return }
        let leaving = slots.filter { slot in
            retired.contains { slot.role.purposes.contains($0.grant.purpose) }
        }
        _ = await table.until(within: Self.patience) {
            leaving.allSatisfy { left.contains($0.name) || !$0.isAlive }
        }
        table.listeners.forget(retired)
    }

    private func send(_ slot: Slot) {
        guard let proposal else { return }
        let added = proposal.plan.added.filter { slot.role.purposes.contains($0.grant.purpose) }
        slot.send(
            .prepare(
                generation: proposal.generation,
                configuration: proposal.configuration,
                hubToken: proposal.hubToken,
                added: added.map(\.grant)
            ),
            descriptors: added.map { $0.descriptor.number }
        )
    }

    /// A child that was configured during the vote got the old configuration, and votes on the new one.
    private func invite(_ slot: Slot) {
        guard vote != nil else { return }
        vote?.handle(.joined(slot.name))
        send(slot)
    }

    private func heard(_ report: ChildReport, from slot: Slot) {
        switch report {
        case .prepared(let generation) where generation == proposal?.generation:
            vote?.handle(.prepared(slot.name))
        case .refused(let generation, let reason) where generation == proposal?.generation:
            vote?.handle(.refused(slot.name, reason: reason))
        case .left: left.insert(slot.name)
        case .hello, .configured, .prepared, .refused, .committed, .drained, .status: break
        }
    }

    private func report(_ outcome: ReloadOutcome) {
        switch outcome {
        case .unchanged: log.info("configuration unchanged", ["generation": .init(table.generation)])
        case .applied(let generation, let changes):
            log.info(
                "configuration applied",
                ["generation": .init(generation), "changes": .init(changes.joined(separator: "; "))]
            )
        case .failed(let lines):
            for line in lines { log.error("reload refused", ["reason": .init(line)]) }
        }
    }
}

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
    private let source: ConfigurationSource

    private var isRunning = false
    private var isWanted = false
    private var waiters: [UnsafeContinuation<ReloadOutcome, Never>] = []
    /// The vote in progress and what its voters were sent; nil between reloads and after the decision.
    private var vote: ReloadVote?
    private var proposal: Proposal?
    private var left: Set<Int> = []
    /// Numbers of attempts are not used again, so that nobody answers to the wrong one.
    private var lastGeneration = 0

    /// Shutdown beats reload.
    var isAllowed: () -> Bool = { true }
    /// Called around a reload, for the service manager.
    var onBegin: () -> Void = {}
    var onEnd: (ReloadOutcome) -> Void = { _ in }
    /// Called at the decision, with what was in force before.
    var onCommit: (Configuration, ConfigurationSource.Candidate) -> Void = { _, _ in }
    private(set) var lastOutcome: ReloadOutcome?

    /// Every fault of a file that cannot be used, a line each.
    struct ReloadFault: Error {
        let lines: [String]
    }

    private struct Proposal {
        let candidate: ConfigurationSource.Candidate
        let plan: ListenerTable.Plan
        var generation = 0
    }

    init(_ table: ProcessTable, _ source: ConfigurationSource) {
        self.table = table
        self.source = source
        log = table.log
        table.onReport = { [unowned self] report, process in heard(report, from: process) }
        table.onConfigure = { [unowned self] process in invite(process) }
        table.onDeath = { [unowned self] process in vote?.handle(.died(label(process))) }
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
        switch propose() {
        case .failure(let fault): return .failed(fault.lines)
        case .success(nil): return .unchanged
        case .success(var proposal?):
            lastGeneration = max(lastGeneration, table.generation) + 1
            proposal.generation = lastGeneration
            return await carry(proposal)
        }
    }

    /// What a reload would change, a line each; nothing is changed.
    func rehearse() -> Result<[String], ReloadFault> {
        guard !isRunning else { return .failure(ReloadFault(lines: ["a reload is under way; try again"])) }
        return source.read(isRehearsal: true).flatMap(plan).map { proposal in
            guard isDifferent(proposal) else { return [] }
            table.listeners.abandon(proposal.plan)
            return changes(proposal)
        }
    }

    /// What the file wants, with its new listeners open; nil if it is what is in force.
    private func propose() -> Result<Proposal?, ReloadFault> {
        source.read().flatMap(plan).map { proposal in
            if isDifferent(proposal) { return proposal }
            source.accept(proposal.candidate)
            return nil
        }
    }

    private func plan(_ candidate: ConfigurationSource.Candidate) -> Result<Proposal, ReloadFault> {
        do throws(ChildFault) {
            return .success(
                Proposal(candidate: candidate, plan: try table.listeners.plan(for: candidate.configuration))
            )
        } catch {
            return .failure(ReloadFault(lines: [error.description]))
        }
    }

    private func isDifferent(_ proposal: Proposal) -> Bool {
        proposal.candidate.configuration != table.configuration
            || proposal.candidate.secrets != table.secrets
    }

    private func changes(_ proposal: Proposal) -> [String] {
        proposal.candidate.configuration.diff(from: table.configuration)
            + proposal.candidate.secrets.changes(from: table.secrets)
    }

    private func carry(_ proposal: Proposal) async -> ReloadOutcome {
        let changes = changes(proposal)
        let voters = table.processes.filter(\.takesPart)
        self.proposal = proposal
        vote = ReloadVote(
            voters.filter { $0.stage == .serving }.map(label),
            newcomers: voters.filter { $0.stage < .serving }.map(label)
        )
        voters.forEach(send)
        let isDecided = await table.until(within: Self.patience) { self.vote?.verdict != .pending }
        if !isDecided { self.vote?.handle(.timeOut) }
        let verdict = self.vote?.verdict
        (self.proposal, self.vote) = (nil, nil)
        if case .refused(let reason)? = verdict {
            abort(proposal)
            return .failed([reason])
        }
        guard isAllowed() else {
            abort(proposal)
            return .failed(["the daemon is shutting down"])
        }
        await commit(proposal)
        return .applied(generation: proposal.generation, changes: changes)
    }

    private func abort(_ proposal: Proposal) {
        for process in table.processes where process.takesPart {
            process.send(.abort(generation: proposal.generation))
        }
        table.listeners.abandon(proposal.plan)
    }

    /// The decision: from the first line on this is the configuration, whatever happens to children.
    private func commit(_ proposal: Proposal) async {
        let next = proposal.candidate
        onCommit(table.configuration, next)
        if next.configuration.server.workers != table.configuration.server.workers { table.forgetScale() }
        table.configuration = next.configuration
        table.secrets = next.secrets
        table.generation = proposal.generation
        source.accept(next)
        let retired = proposal.plan.removed
        table.listeners.adopt(proposal.plan)
        left = []
        let committing = table.processes.filter(\.takesPart)
        for process in committing { process.send(.commit(generation: proposal.generation)) }
        let lagging = { committing.filter { $0.takesPart && $0.generation != proposal.generation } }
        if await !table.until(within: Self.patience, { lagging().isEmpty }) { lagging().forEach(replace) }
        await close(retired, leftBy: committing)
        guard isAllowed() else { return }
        do throws(Errno) {
            try table.reconcile()
        } catch {
            log.error("cannot start children", ["reason": .init(error)])
        }
    }

    private func replace(_ process: ChildProcess) {
        log.error("child did not commit and is replaced", ["child": .init(process.name)])
        guard let slot = process.slot, slot.current === process, slot.succeed(.abort) else {
            return process.kill(because: "it did not commit")
        }
    }

    /// Waits until every child has taken what waited at the listeners that go away; they close as `retired` is let go.
    private func close(_ retired: [OwnedListener], leftBy processes: [ChildProcess]) async {
        guard !retired.isEmpty else { return }
        let leaving = processes.filter { process in
            retired.contains { process.role.takes($0.grant) }
        }
        _ = await table.until(within: Self.patience) {
            leaving.allSatisfy { left.contains($0.number) || $0.hasLeft || $0.stage == .ended }
        }
        table.listeners.forget(retired)
    }

    private func send(_ process: ChildProcess) {
        guard let proposal else { return }
        let added = proposal.plan.added.filter { process.role.takes($0.grant) }
        process.send(
            .prepare(
                generation: proposal.generation,
                configuration: proposal.candidate.configuration,
                secrets: process.role.secrets(proposal.candidate.secrets),
                added: added.map(\.grant)
            ),
            descriptors: added.map { $0.descriptor.number }
        )
    }

    /// A child that is configured during the vote gets the old configuration, and votes on the new one.
    private func invite(_ process: ChildProcess) {
        guard vote != nil else { return }
        vote?.handle(.joined(label(process)))
        send(process)
    }

    private func heard(_ report: ChildReport, from process: ChildProcess) {
        switch report {
        case .prepared(let generation) where generation == proposal?.generation:
            vote?.handle(.prepared(label(process)))
        case .refused(let generation, let reason) where generation == proposal?.generation:
            vote?.handle(.refused(label(process), reason: reason))
        case .left: left.insert(process.number)
        case .hello, .configured, .started, .prepared, .refused, .committed, .drained, .status, .audit: break
        }
    }

    /// One slot may have two processes that vote.
    private func label(_ process: ChildProcess) -> String { "\(process.name) (pid \(process.pid))" }

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

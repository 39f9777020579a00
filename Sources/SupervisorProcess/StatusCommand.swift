import IPC
import Posix
import Shared

/// `status [NAME…]`: what runs, how it is, and why something does not.
enum StatusCommand {
    /// How long children may take to say how they are; one that hangs says nothing.
    private static let patience = Duration.milliseconds(500)

    static func perform(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = ProcessCommands.select(names, daemon, client, none: daemon.table.slots) else {
            return
        }
        await ask(slots.flatMap(\.processes).filter { $0.stage >= .serving }, daemon)
        for slot in slots {
            for process in slot.leaving { client.record(.process(record(of: process))) }
            client.record(.process(record(of: slot, namesAsked: !names.isEmpty)))
        }
        if case .failed(let lines)? = daemon.reloader.lastOutcome {
            client.line("the last reload failed: \(lines.first ?? "")")
        }
        let isDown = slots.contains { [.stopped, .exited, .fatal, .backoff].contains($0.state) }
        client.done(isDown ? .notAllRunning : .success)
    }

    private static func ask(_ processes: [ChildProcess], _ daemon: Daemon) async {
        daemon.lastReport += 1
        for process in processes {
            process.forgetStatus()
            process.send(.report(id: daemon.lastReport))
        }
        _ = await daemon.table.until(within: patience) {
            processes.allSatisfy { $0.status != nil || $0.stage == .ended }
        }
    }

    /// One that was replaced and has not finished yet.
    private static func record(of process: ChildProcess) -> ProcessRecord {
        let streams = process.status.map { ", \($0.inFlight) in flight" } ?? ""
        var record = ProcessRecord(
            name: process.name,
            state: ChildLifecycle.State.stopping.rawValue,
            description: "pid \(process.pid), replaced, finishing what runs\(streams)",
            restarts: process.slot?.restarts ?? 0
        )
        fill(&record, from: process)
        return record
    }

    private static func record(of slot: Slot, namesAsked: Bool) -> ProcessRecord {
        var record = ProcessRecord(
            name: slot.name,
            state: slot.state.rawValue,
            description: description(slot),
            restarts: slot.restarts
        )
        record.lastEnd = slot.lastEnd
        let hasFailed = [.backoff, .fatal, .exited].contains(slot.state)
        if hasFailed || namesAsked, !slot.lastWords.isEmpty { record.stderr = slot.lastWords }
        if let process = slot.current { fill(&record, from: process) }
        return record
    }

    private static func fill(_ record: inout ProcessRecord, from process: ChildProcess) {
        record.pid = Int(process.pid)
        record.uptimeSeconds = process.startedAt.map { Int((Moment.now - $0).components.seconds) }
        record.silentMilliseconds = process.lastSign.map { max(0, Int((Moment.now - $0).milliseconds)) }
        record.generation = process.generation
        guard let status = process.status else { return }
        record.generation = status.generation
        record.inFlight = status.inFlight
        record.connections = status.connections
        record.requests = status.requests
        record.foreignEnqueues = status.foreignEnqueues
        record.logDropped = status.logDropped
        record.agents = process.role.boardRole == .bridge ? status.agents : nil
    }

    private static func description(_ slot: Slot) -> String {
        if slot.state == .stopping, let pid = slot.pid { return "pid \(pid), finishing what runs" }
        if slot.state == .stopped { return slot.hasRun ? "stopped" : "Not started" }
        guard slot.state == .running, let process = slot.current, let startedAt = process.startedAt else {
            return slot.lastEnd ?? "Not started"
        }
        let seconds = Int((Moment.now - startedAt).components.seconds)
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
        let padded = parts.dropFirst().map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let generation = "generation \(process.generation)"
        let restarts = slot.restarts > 0 ? ", \(slot.restarts) restarts" : ""
        return "pid \(process.pid), uptime \(parts[0]):\(padded), \(generation)\(restarts)\(silence(process))"
    }

    /// Worth a word only when it is longer than any that is in order.
    private static func silence(_ process: ChildProcess) -> String {
        guard let sign = process.lastSign, Moment.now - sign > Vigil.slowAfter else { return "" }
        return ", silent for \((Moment.now - sign).components.seconds) s"
    }
}

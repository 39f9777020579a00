import Config
import IPC
import Posix

/// Commands that name processes: `worker:0`, `worker:*`, `bridge`, `all`.
enum ProcessCommands {
    static func status(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = select(names, daemon, client, none: daemon.table.slots) else { return }
        let asked = slots.filter { $0.state == .running }
        daemon.lastReport += 1
        for slot in asked {
            slot.forgetStatus()
            slot.send(.report(id: daemon.lastReport))
        }
        _ = await daemon.table.until(within: .milliseconds(500)) {
            asked.allSatisfy { $0.status != nil || !$0.isAlive }
        }
        for slot in slots { client.record(record(slot)) }
        if case .failed(let lines)? = daemon.reloader.lastOutcome {
            client.line("the last reload failed: \(lines.first ?? "")")
        }
        let isDown = slots.contains { [.stopped, .exited, .fatal, .backoff].contains($0.state) }
        client.done(isDown ? .notAllRunning : .success)
    }

    static func pid(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard !names.isEmpty else {
            client.line("\(ProcessInformation.pid)")
            return client.done()
        }
        guard let slots = select(names, daemon, client, none: []) else { return }
        for slot in slots { client.line("\(slot.pid ?? 0)") }
        client.done(slots.contains { $0.pid == nil } ? .notRunning : .success)
    }

    static func start(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = named(names, "start", daemon, client) else { return }
        await start(slots, daemon, client)
    }

    static func stop(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = named(names, "stop", daemon, client) else { return }
        await stop(slots, daemon, client)
        client.done()
    }

    static func restart(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = named(names, "restart", daemon, client) else { return }
        await stop(slots, daemon, client)
        await start(slots, daemon, client)
    }

    /// `tail [-f] [-N] NAME`: the last N lines, 20 unless told.
    static func tail(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        var (follows, count, names) = (false, 20, [String]())
        for argument in arguments {
            if argument == "-f" {
                follows = true
            } else if argument.hasPrefix("-"), let number = UInt16(argument.dropFirst()) {
                count = Int(number)
            } else {
                names.append(argument)
            }
        }
        guard names.count == 1, let name = names.first else {
            return client.done(.badArguments, "tail needs one NAME")
        }
        guard let slot = daemon.table.slot(name) else {
            return client.done(.refused, noSuchProcess(name, daemon))
        }
        for line in slot.output.lines(count) { client.line(line) }
        if follows { await follow(slot, client) }
        client.done()
    }

    // MARK: Parts

    private static func follow(_ slot: Slot, _ client: ControlClient) async {
        let number = slot.output.follow { lines in
            guard client.link.backlog < ControlServer.backlogLimit else { return client.link.close() }
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                client.line(String(decoding: line, as: UTF8.self))
            }
        }
        await client.untilClosed()
        slot.output.unfollow(number)
    }

    private static func start(_ slots: [Slot], _ daemon: Daemon, _ client: ControlClient) async {
        for slot in slots { slot.start() }
        let patience = daemon.table.patience(with: daemon.table.drainOrder())
        _ = await daemon.table.until(within: patience) {
            slots.allSatisfy { $0.state != .starting && $0.state != .stopping }
        }
        for slot in slots {
            client.line(
                slot.state == .running
                    ? "\(slot.name): started" : "\(slot.name): ERROR (\(slot.lastEnd ?? "not yet running"))"
            )
        }
        let isUp = slots.allSatisfy { $0.state == .running }
        client.done(isUp ? .success : .notRunning, isUp ? nil : "not everything runs")
    }

    private static func stop(_ slots: [Slot], _ daemon: Daemon, _ client: ControlClient) async {
        let order = daemon.table.drainOrder()
        let processes = slots.map(\.pid)
        for slot in slots { slot.stop(order) }
        _ = await daemon.table.until(within: daemon.table.patience(with: order)) {
            zip(slots, processes).allSatisfy { $0.pid == nil || $0.pid != $1 }
        }
        for slot in slots { client.line("\(slot.name): stopped") }
    }

    private static func named(_ names: [String], _ command: String, _ daemon: Daemon, _ client: ControlClient)
        -> [Slot]?
    {
        guard !names.isEmpty else {
            client.done(.badArguments, "\(command) needs a NAME, or all")
            return nil
        }
        return select(names, daemon, client, none: [])
    }

    /// The slots of those names; nil after an answer to a name that is none.
    private static func select(_ names: [String], _ daemon: Daemon, _ client: ControlClient, none: [Slot])
        -> [Slot]?
    {
        guard !names.isEmpty else { return none }
        var selected: [Slot] = []
        for name in names {
            let found = daemon.table.slots.filter { matches($0, name) }
            guard !found.isEmpty else {
                client.done(
                    .refused,
                    noSuchProcess(name, daemon)
                )
                return nil
            }
            selected += found.filter { slot in !selected.contains { $0 === slot } }
        }
        return selected
    }

    private static func noSuchProcess(_ name: String, _ daemon: Daemon) -> String {
        "\(name): no such process; there are \(daemon.table.slots.map(\.name).joined(separator: ", "))"
    }

    private static func matches(_ slot: Slot, _ name: String) -> Bool {
        name == "all" || name == slot.name || name == "\(slot.role.name):*"
    }

    private static func record(_ slot: Slot) -> ProcessRecord {
        var record = ProcessRecord(
            name: slot.name,
            state: slot.state.rawValue,
            description: description(slot),
            restarts: slot.restarts
        )
        record.pid = slot.pid.map(Int.init)
        record.uptimeSeconds = slot.startedAt.map { Int((Moment.now - $0).components.seconds) }
        guard let status = slot.status else {
            let hasFailed = [.backoff, .fatal, .exited].contains(slot.state)
            record.stderr = hasFailed ? slot.output.lines(5) : nil
            return record
        }
        record.generation = status.generation
        record.inFlight = status.inFlight
        record.connections = status.connections
        record.requests = status.requests
        record.foreignEnqueues = status.foreignEnqueues
        record.logDropped = status.logDropped
        record.agents = slot.role.name == "bridge" ? status.agents : nil
        return record
    }

    private static func description(_ slot: Slot) -> String {
        if slot.state == .stopping, let pid = slot.pid { return "pid \(pid), finishing what runs" }
        guard slot.state == .running, let pid = slot.pid, let startedAt = slot.startedAt else {
            return slot.lastEnd ?? "Not started"
        }
        let seconds = Int((Moment.now - startedAt).components.seconds)
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
        let padded = parts.dropFirst().map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let restarts = slot.restarts > 0 ? ", \(slot.restarts) restarts" : ""
        return "pid \(pid), uptime \(parts[0]):\(padded)\(restarts)"
    }
}

import Config
import IPC
import Posix

/// Commands that name processes: `worker:0`, `worker:*`, `bridge`, `all`.
enum ProcessCommands {
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
        let order = daemon.table.drainOrder()
        for slot in slots { slot.stop(order) }
        _ = await daemon.table.until(within: daemon.table.patience(with: order)) {
            slots.allSatisfy { !$0.isAlive || $0.state != .stopping && $0.state != .stopped }
        }
        for slot in slots {
            client.line(slot.isAlive ? "\(slot.name): ERROR (it was started again)" : "\(slot.name): stopped")
        }
        client.done()
    }

    /// One after the other: the successor serves first, then the present process finishes what it does.
    static func restart(_ daemon: Daemon, _ names: [String], _ client: ControlClient) async {
        guard let slots = named(names, "restart", daemon, client) else { return }
        let down = slots.filter { $0.state != .running }
        var isUp = true
        for slot in slots where slot.state == .running {
            if !(await follow(slot, daemon, client)) { isUp = false }
        }
        if !down.isEmpty { return await start(down, daemon, client) }
        client.done(isUp ? .success : .notRunning, isUp ? nil : "not everything was restarted")
    }

    /// `signal SIG NAME…`, with the signal's name or number.
    static func signal(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        guard let word = arguments.first, let number = SignalNumber(named: word) else {
            let what = arguments.first.map { "'\($0)' is no signal" } ?? "signal needs a signal and a NAME"
            return client.done(.badArguments, "\(what); use a name such as TERM, or a number")
        }
        guard let slots = named(Array(arguments.dropFirst()), "signal", daemon, client) else { return }
        let running = slots.filter { $0.current != nil }
        for slot in running {
            slot.current?.signal(number)
            client.line("\(slot.name): signalled")
        }
        let absent = slots.filter { $0.current == nil }.map(\.name)
        if absent.isEmpty { return client.done() }
        client.done(.notRunning, "not running: \(absent.joined(separator: ", "))")
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

    /// Replaces the slot's process; false if it stayed.
    private static func follow(_ slot: Slot, _ daemon: Daemon, _ client: ControlClient) async -> Bool {
        let order = daemon.table.drainOrder()
        let patience = daemon.table.patience(with: order)
        _ = await daemon.table.until(within: patience) { slot.leaving.count < Slot.leavingLimit }
        let before = slot.current
        slot.succeed(.drain(order))
        _ = await daemon.table.until(within: .seconds(15)) { slot.successor == nil }
        guard let now = slot.current, now !== before, slot.state == .running else {
            client.line("\(slot.name): ERROR (\(slot.lastEnd ?? "its successor did not come up"))")
            return false
        }
        client.line("\(slot.name): restarted, pid \(before?.pid ?? 0) → \(now.pid)")
        return true
    }

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
        for slot in slots where !slot.start() { client.line("\(slot.name): ERROR (it is being removed)") }
        let patience = daemon.table.patience(with: daemon.table.drainOrder())
        _ = await daemon.table.until(within: patience) {
            slots.allSatisfy { $0.state != .starting }
        }
        for slot in slots where !slot.isSurplus {
            client.line(
                slot.state == .running
                    ? "\(slot.name): started" : "\(slot.name): ERROR (\(slot.lastEnd ?? "not yet running"))"
            )
        }
        let isUp = slots.allSatisfy { $0.state == .running }
        client.done(isUp ? .success : .notRunning, isUp ? nil : "not everything runs")
    }

    private static func named(_ names: [String], _ command: String, _ daemon: Daemon, _ client: ControlClient)
        -> [Slot]?
    {
        guard !names.isEmpty else {
            client.done(.badArguments, "\(command) needs a NAME, or all")
            return nil
        }
        if daemon.isShuttingDown, command != "signal" {
            client.done(.failure, "the daemon is shutting down")
            return nil
        }
        return select(names, daemon, client, none: [])
    }

    /// The slots of those names; nil after an answer to a name that is none.
    static func select(_ names: [String], _ daemon: Daemon, _ client: ControlClient, none: [Slot])
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
}

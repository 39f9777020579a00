import Events
import IPC
import Posix
import Shared

/// `top [once] [interval=SECONDS]`: how busy the daemon is, again and again.
enum TopCommand {
    /// How soon a client that has left is noticed.
    private static let glance = Duration.milliseconds(200)

    static func perform(_ daemon: Daemon, _ arguments: [String], _ client: ControlClient) async {
        let word = arguments.first { $0.hasPrefix("interval=") }?.dropFirst("interval=".count) ?? "1"
        guard let seconds = Double(word), (0.1...3600).contains(seconds) else {
            return client.done(.badArguments, "--interval must be a number of seconds from 0.1 to 3600")
        }
        daemon.table.start {
            await client.untilClosed()
            client.link.close()
        }
        var before = TopSample(daemon.table)
        repeat {
            let end = Moment.now + .milliseconds(Int64(seconds * 1000))
            while client.link.isOpen, Moment.now < end {
                await daemon.table.loop.sleep(for: min(end - .now, Self.glance))
            }
            guard client.link.isOpen, client.link.backlog < ControlServer.backlogLimit else { return }
            let now = TopSample(daemon.table)
            client.record(.top(now.record(since: before)))
            before = now
        } while !arguments.contains("once")
        client.done()
    }
}

/// The counts of one moment.
private struct TopSample {
    private struct Process {
        let name: String
        let pid: Int
        let number: Int
        let state: String
        let served: Int
        let inFlight: Int
        let connections: Int
        let memory: Int?
    }

    private let time = Moment.now
    private let startedAt: Moment?
    private let generation: Int
    private let served: Int
    private var latency = LatencyCounts()
    private var tokens = 0
    private let agents: Int
    private let processes: [Process]

    init(_ table: ProcessTable) {
        let board = table.shared.board
        startedAt = board.supervisor.heartbeat
        generation = table.generation
        served = board.served
        agents = board.rows.filter { $0.role == .bridge }.reduce(0) { $0 + $1.connections }
        processes = table.processes.map { process in
            let row = process.row
            let state = process.stage == .leaving ? "STOPPING" : process.slot?.state.rawValue ?? ""
            return Process(
                name: process.name,
                pid: Int(process.pid),
                number: process.number,
                state: state,
                served: row.served,
                inFlight: row.inFlight,
                connections: row.connections,
                memory: ProcessInformation.privateMemory(of: process.pid)
            )
        }
        for sums in table.shared.metrics.sums() {
            latency.add(sums[.total])
            tokens &+= sums[.promptTokens] &+ sums[.completionTokens]
        }
    }

    func record(since before: TopSample) -> TopRecord {
        let seconds = max(0.001, Double((time - before.time).nanoseconds) / 1e9)
        let rate = { (now: Int, then: Int) in Double(max(0, now &- then)) / seconds }
        var record = TopRecord(
            uptimeSeconds: startedAt.map { Int((time - $0).components.seconds) } ?? 0,
            generation: generation,
            requestsPerSecond: rate(served, before.served),
            tokensPerSecond: rate(tokens, before.tokens),
            agents: agents,
            processes: processes.map { process in
                let earlier = before.processes.first { $0.number == process.number }
                return TopRecord.Process(
                    name: process.name,
                    pid: process.pid,
                    state: process.state,
                    requestsPerSecond: rate(process.served, earlier?.served ?? 0),
                    inFlight: process.inFlight,
                    connections: process.connections,
                    memory: process.memory
                )
            }
        )
        let answers = latency.since(before.latency)
        let percentile = { (share: Double) in answers.percentile(share).map { $0 / 1000 } }
        (record.p50, record.p95, record.p99) = (percentile(0.5), percentile(0.95), percentile(0.99))
        return record
    }
}

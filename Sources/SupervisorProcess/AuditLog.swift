import Events
import IPC
import JSON
import Log
import Posix

/// The audit log: JSON Lines in `STATE/audit.jsonl`, to which is only ever added.
final class AuditLog {
    /// What waits to be written while the disk is full or the file cannot be opened.
    private static let limit = 1 << 20
    private static let pause = Duration.seconds(1)

    private let path: String
    private let loop: EventLoop
    private let log: Logger
    private let spawn: (@escaping () async -> Void) -> Void
    private var pending: [UInt8] = []
    private var isWriting = false
    private var hasFailed = false
    private var dropped = 0

    init(path: String, log: Logger, on loop: EventLoop, spawn: @escaping (@escaping () async -> Void) -> Void)
    {
        self.path = path
        self.log = log
        self.loop = loop
        self.spawn = spawn
    }

    /// Notes something that the supervisor itself has seen.
    func note(_ event: String, _ result: String, by actor: String, _ detail: String? = nil) {
        var event = AuditEvent(event, result, by: actor, at: WallClock.timestamp())
        event.detail = detail
        append([event], from: "gatehoused")
    }

    /// Adds what a process has told.
    func append(_ events: [AuditEvent], from process: String) {
        for event in events {
            var event = event
            event.process = process
            guard let line = try? JSONMessageEncoder().encode(event), pending.count + line.count < Self.limit
            else {
                dropped += 1
                continue
            }
            pending += line
            pending.append(UInt8(ascii: "\n"))
        }
        guard !isWriting, !pending.isEmpty else { return }
        isWriting = true
        spawn { await self.write() }
    }

    /// Suspends until everything is written, or `limit` has passed.
    func flushed(within limit: Duration) async {
        let end = Moment.now + limit
        while isWriting || !pending.isEmpty, Moment.now < end { await loop.sleep(for: .milliseconds(5)) }
    }

    private func write() async {
        defer { isWriting = false }
        while !pending.isEmpty {
            let (batch, path) = (pending, path)
            let written = try? await loop.blocking { _ in Self.append(batch, to: path) }
            switch written ?? .failure(Errno("no helper thread", code: 0)) {
            case .success(let count):
                pending.removeFirst(count)
                if count > 0, hasFailed { recovered() }
            case .failure(let reason): failed(reason)
            }
            if hasFailed { await loop.sleep(for: Self.pause) }
        }
    }

    /// As many bytes as there is room for; the rest follows in its place.
    private static func append(_ bytes: [UInt8], to path: String) -> Result<Int, Errno> {
        Result { () throws(Errno) in
            try FileSystem.append(bytes, to: path)
        }
    }

    private func failed(_ reason: Errno) {
        if !hasFailed { log.error("the audit log cannot be written", ["reason": .init(reason)]) }
        hasFailed = true
    }

    private func recovered() {
        log.info("the audit log is written again", ["dropped": .init(dropped)])
        (hasFailed, dropped) = (false, 0)
    }
}

import Events
import IPC
import JSON
import Posix

/// One command for the daemon: asks, and shows what it answers.
final class ControlSession {
    /// How long a daemon that has no room for us may take to make some.
    private static let patience = Duration.seconds(2)
    /// Of rows that are sent at once; escaping may double them.
    private static let sliceBytes = 256 << 10

    private let order: ControlOrder
    private let path: String
    private let loop: EventLoop
    private var records: [ControlRecord] = []
    private var hasLines = false

    init(_ order: ControlOrder, on loop: EventLoop) {
        self.order = order
        path = order.socket ?? SocketPath.usual
        self.loop = loop
    }

    /// - Returns: the exit status.
    func run() async -> CInt {
        do {
            let link = try ControlClientLink(try await connect(), on: loop)
            link.send(order.request)
            if let file = order.rows { try await sendRows(of: file, over: link) }
            return try await showReplies(of: link)
        } catch {
            let fault = error as? ControlFault ?? .broken("\(error)")
            Terminal.complain("gatehousectl: \(fault)")
            return fault.exit
        }
    }

    /// A connected socket.
    ///
    /// A Unix socket connects at once or not at all: there is nothing to wait for but room in the listener's queue
    /// (unix(7)).
    private func connect() async throws(ControlFault) -> Descriptor {
        guard path.utf8.count <= ControlFault.pathLimit else { throw .pathTooLong(path) }
        let end = Moment.now + Self.patience
        while true {
            do throws(Errno) {
                return try Socket.connect(.unix(path))
            } catch {
                guard error.wouldBlock, Moment.now < end else { throw ControlFault(error, path: path) }
                await loop.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Sends the lines of a file behind the request, as many at a time as fit.
    private func sendRows(of file: String, over link: ControlClientLink) async throws(ControlFault) {
        var isShort = true
        do throws(Errno) {
            var lines = try LineFile(file)
            while isShort, let rows = try lines.next(bytes: Self.sliceBytes) {
                isShort = link.send(ControlRequest(command: "rows", arguments: rows))
                await link.flushed()
            }
            link.send(ControlRequest(command: "rows"))
        } catch {
            throw .unreadable(error.description)
        }
        guard isShort else { throw .unreadable("\(file): a line is too long to be a row") }
    }

    private func showReplies(of link: ControlClientLink) async throws -> CInt {
        while let (reply, _) = try await link.receive() {
            if order.isJSON {
                Terminal.print(String(decoding: try JSONMessageEncoder().encode(reply), as: UTF8.self))
            } else {
                show(reply)
            }
            if let ok = reply.ok { return CInt(reply.exit ?? (ok ? 0 : 1)) }
        }
        throw ControlFault.cutShort
    }

    /// Records wait for the end, because the longest name decides how wide the column is.
    private func show(_ reply: ControlReply) {
        if let record = reply.record { take(record) }
        if let line = reply.line {
            hasLines = true
            Terminal.print(Terminal.printable(line))
        }
        guard let isDone = reply.ok, isDone || !records.isEmpty else { return complain(of: reply) }
        for line in RecordText.lines(records, of: order.request.command, hasLines: hasLines) {
            Terminal.print(line)
        }
        complain(of: reply)
    }

    /// What comes again and again is shown at once.
    private func take(_ record: ControlRecord) {
        switch record {
        case .event(let event): Terminal.print(Terminal.printable(UsageText.line(event)))
        case .top(let top): Terminal.repaint(TopText.lines(top).map(Terminal.printable))
        case .process, .limit, .usage, .trace, .session: records.append(record)
        }
    }

    private func complain(of reply: ControlReply) {
        if let error = reply.error { Terminal.complain("gatehousectl: \(Terminal.printable(error))") }
    }
}

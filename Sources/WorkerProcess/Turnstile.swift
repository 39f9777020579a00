import Events
import Log
import Posix
import Shared

/// Lets in as many clients as all workers together may have; the others wait in the kernel until some have left.
final class Turnstile {
    /// How often a shut one looks whether other workers have room again.
    private static let pause = Duration.milliseconds(20)
    private static let quiet = Duration.seconds(10)

    private let board: Board
    private let loop: EventLoop
    private let log: Logger
    private var timer: TimerQueue.Token?
    private var lastComplaint: Moment?

    /// The most connections of all workers.
    var limit = Int.max
    private(set) var isOpen = true
    /// Told when it opens and shuts.
    var onTurn: (Bool) -> Void = { _ in }

    init(_ board: Board, log: Logger, on loop: EventLoop) {
        self.board = board
        self.log = log
        self.loop = loop
    }

    /// Shuts at the limit, opens again at nine tenths of it; called whenever a connection has come or gone.
    func look() {
        let count = board.clientConnections
        if isOpen, count >= limit { return shut() }
        if !isOpen, count <= limit / 10 * 9 + limit % 10 * 9 / 10 { open() }
    }

    func stop() {
        if let timer { loop.cancel(timer) }
        timer = nil
        onTurn = { _ in }
    }

    private func shut() {
        isOpen = false
        onTurn(false)
        if lastComplaint.map({ Moment.now - $0 > Self.quiet }) ?? true {
            lastComplaint = .now
            log.warning("no more clients are let in", ["max_connections": .init(limit)])
        }
        wait()
    }

    private func open() {
        isOpen = true
        if let timer { loop.cancel(timer) }
        timer = nil
        onTurn(true)
    }

    private func wait() {
        timer = loop.schedule(after: Self.pause) { [weak self] in
            guard let self, !isOpen else { return }
            look()
            if !isOpen { wait() }
        }
    }
}

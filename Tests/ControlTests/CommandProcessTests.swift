import Events
import Posix
import Synchronization
import Testing

@testable import gatehousectl

@Suite struct CommandProcessTests {
    @Test func `a program that copies gets everything and gives it back`() {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        let ended = run(["cat"], input: input)

        #expect(ended == Ended(output: input, errors: [], exit: .code(0)))
    }

    @Test func `output, errors and exit status are told apart`() {
        let ended = run(["sh", "-c", "cat; echo no >&2; exit 3"], input: Array("yes".utf8))

        #expect(ended == Ended(output: Array("yes".utf8), errors: Array("no\n".utf8), exit: .code(3)))
    }

    @Test func `a program that reads nothing is not waited for`() {
        let ended = run(["true"], input: [UInt8](repeating: 0x61, count: 1 << 20))

        #expect(ended == Ended(output: [], errors: [], exit: .code(0)))
    }

    @Test(arguments: ["sleep 60", "setsid sleep 5"])
    func `what outlives the program does not hold up its answer`(command: String) {
        let start = Moment.now
        let ended = run(["sh", "-c", "\(command) & echo hi"], input: [])

        #expect(ended == Ended(output: Array("hi\n".utf8), errors: [], exit: .code(0)))
        #expect(Moment.now - start < .seconds(4))
    }

    @Test func `a program that is not there is an error`() throws {
        let loop = try EventLoop()

        #expect(throws: Errno.self) { try CommandProcess(["/nonexistent"], environment: [], on: loop) }
    }

    private func run(_ command: [String], input: [UInt8]) -> Ended? {
        ignoreSignals([.pipe])
        guard let loop = try? EventLoop() else { return nil }
        let role = ProcessRole(loop)
        let outcome = Outcome()
        loop.run { outcome.set(await role.run(command, input: input)) }
        return outcome.ended
    }
}

private struct Ended: Equatable {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var exit: ProcessExit?
}

private final class Outcome: Sendable {
    private let stored = Mutex<Ended?>(nil)
    func set(_ ended: Ended?) { stored.withLock { $0 = ended } }
    var ended: Ended? { stored.withLock { $0 } }
}

private actor ProcessRole: Role {
    nonisolated let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    func run(_ command: [String], input: [UInt8]) async -> Ended? {
        guard let process = try? CommandProcess(command, environment: ["PATH=/usr/bin:/bin"], on: loop) else {
            return nil
        }
        return await Watch(process) { self.start($0) }.run(input)
    }
}

/// Everything a command said.
private final class Watch {
    private let process: CommandProcess
    private let start: (@escaping () async -> Void) -> Void
    private var ended = Ended()

    init(_ process: CommandProcess, start: @escaping (@escaping () async -> Void) -> Void) {
        self.process = process
        self.start = start
    }

    func run(_ input: [UInt8]) async -> Ended {
        start { await self.process.feed(input) }
        start { await self.process.readErrors { self.ended.errors += $0 } }
        await process.readOutput { ended.output += $0 }
        ended.exit = await process.ended()
        return ended
    }
}

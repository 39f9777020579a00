import Events
import Posix

/// A running command: its three pipes, and how it is brought to an end.
final class CommandProcess {
    /// What a command has between the request to end and the end.
    private static let grace = Duration.seconds(2)
    /// How long what a command left behind may hold its pipes open: then it is killed, and then it is given up.
    private static let afterlife = (killed: Duration.seconds(1), givenUp: Duration.seconds(2))
    /// Bytes that are read before the loop looks at other things.
    private static let turnBytes = 65_536

    private let child: Child
    private let input: ByteStream
    private let output: ByteStream
    private let errors: ByteStream
    private let loop: EventLoop
    private let pipeEnded: Signal
    private var openPipes = 2
    private var isTerminating = false

    /// - Throws: also why the program cannot be executed.
    init(_ command: [String], environment: [String], on loop: EventLoop) throws(Errno) {
        let inputPipe = try ProgramPipe(.toProgram)
        let outputPipe = try ProgramPipe(.fromProgram)
        let errorPipe = try ProgramPipe(.fromProgram)
        let launch = ProgramLaunch(
            path: command[0],
            arguments: command,
            environment: environment,
            descriptors: [
                (inputPipe.theirs.number, 0), (outputPipe.theirs.number, 1), (errorPipe.theirs.number, 2),
            ]
        )
        self.loop = loop
        pipeEnded = Signal(on: loop)
        input = try ByteStream(inputPipe.ours, .sink, on: loop)
        output = try ByteStream(outputPipe.ours, .source, on: loop)
        errors = try ByteStream(errorPipe.ours, .source, on: loop)
        child = try Child(launch, on: loop)
        child.onExit = { [weak self] _ in self?.limitAfterlife() }
    }

    /// Writes what the command reads, and ends it; a command that does not read it all is free to do so.
    func feed(_ bytes: [UInt8]) async {
        try? await input.write(bytes)
        input.close()
    }

    /// Gives what the command writes to `take`, until it ends.
    func readOutput(_ take: ([UInt8]) async -> Void) async { await read(output, take) }

    /// The same for standard error.
    func readErrors(_ take: ([UInt8]) async -> Void) async { await read(errors, take) }

    /// Suspends until the command has ended and both readers have seen everything.
    func ended() async -> ProcessExit {
        let exit = await child.ended()
        while openPipes > 0 { _ = await pipeEnded.wait() }
        return exit
    }

    /// Ends the command's input, then asks its group to end, then kills it.
    ///
    /// - Parameter start: starts the wait for it.
    func terminate(_ start: (@escaping () async -> Void) -> Void) {
        input.close()
        guard !isTerminating, child.exit == nil else { return }
        isTerminating = true
        start { _ = await self.child.terminate(grace: Self.grace) }
    }

    private func read(_ stream: ByteStream, _ take: ([UInt8]) async -> Void) async {
        let buffer = stream.makeInput()
        var count = 0
        while let length = try? await stream.read(into: buffer), length > 0 {
            let bytes = Array(buffer.unread)
            buffer.consume(bytes.count)
            await take(bytes)
            count += length
            if count >= Self.turnBytes {
                count = 0
                await loop.sleep(for: .zero)
            }
        }
        stream.close()
        openPipes -= 1
        pipeEnded.raise()
    }

    /// What the command started may have outlived it with its pipes.
    private func limitAfterlife() {
        output.setDeadline(after: Self.afterlife.givenUp)
        errors.setDeadline(after: Self.afterlife.givenUp)
        _ = loop.schedule(after: Self.afterlife.killed) { [weak self] in
            if let self, openPipes > 0 { child.signalGroup(.kill) }
        }
    }
}

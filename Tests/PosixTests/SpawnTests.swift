import Glibc
import Posix
import Testing

@Suite struct SpawnTests {
    @Test func `a program has just the descriptors it was given`() throws {
        let (read, write) = try makePipe()
        let leak = fcntl(write, F_DUPFD, 0)
        defer { for number in [read, write, leak] { close(number) } }
        let list = "for i in $(seq 0 99); do [ -e /proc/$$/fd/$i ] && echo $i; done"
        let output = try outcome(shell(list, [(0, 0), (write, 1), (2, 2), (read, 5)]), output: read).text

        #expect(output == "0\n1\n2\n5\n")
    }

    @Test func `descriptors may change places`() throws {
        let (read, write) = try makePipe()
        let (otherRead, otherWrite) = try makePipe()
        defer { for number in [read, write, otherRead, otherWrite] { close(number) } }
        let process = try shell(
            "echo a >/proc/self/fd/\(otherWrite); echo b >/proc/self/fd/\(write)",
            [
                (0, 0), (1, 1), (2, 2), (write, otherWrite), (otherWrite, write),
            ]
        ).spawn()
        try #require(isReadable(process.descriptor))

        let exit = process.reap()
        #expect(exit == .code(0))
        #expect(text(read) == "a\n")
        #expect(text(otherRead) == "b\n")
    }

    @Test(arguments: [
        ("exit 0", ProcessExit.code(0)), ("exit 78", .code(78)), ("kill -TERM $$", .signal(.terminate)),
        ("kill -ABRT $$", .signal(.abort)),
    ])
    func `how it ended is told once`(script: String, expected: ProcessExit) throws {
        let process = try shell(script).spawn()
        try #require(isReadable(process.descriptor))
        let (first, second) = (process.reap(), process.reap())

        #expect(first == expected)
        #expect(second == nil)
    }

    @Test func `one that runs has nothing to say, and can be signalled`() throws {
        let process = try shell("sleep 60").spawn()
        let running = process.reap()
        process.signal(.kill)
        try #require(isReadable(process.descriptor))
        let killed = process.reap()

        #expect(running == nil)
        #expect(killed == .signal(.kill))
    }

    @Test(arguments: [SignalNumber.pipe, .user2])
    func `blocked and ignored signals are not inherited`(number: SignalNumber) throws {
        blockSignals([.user2])
        ignoreSignals([.pipe])
        let process = try shell("kill -\(number.rawValue) $$; exit 0").spawn()
        try #require(isReadable(process.descriptor))
        let exit = process.reap()

        #expect(exit == .signal(number))
    }

    @Test func `it starts in the folder it was given`() throws {
        let (read, write) = try makePipe()
        defer { for number in [read, write] { close(number) } }
        var launch = shell("pwd", [(0, 0), (write, 1), (2, 2)])
        launch.directory = "/usr"

        #expect(try outcome(launch, output: read).text == "/usr\n")
    }

    @Test(arguments: [("/nonexistent", ENOENT), ("/etc/passwd", EACCES)])
    func `what exec answered is thrown`(path: String, code: CInt) {
        #expect(throws: Errno("start \(path)", code: code)) {
            _ = try ProgramLaunch(path: path, arguments: ["x"], environment: [], descriptors: []).spawn()
        }
    }

    @Test func `a descriptor that is not open is an error and leaves none open`() throws {
        let before = openDescriptors()
        for _ in 0..<300 {
            #expect(throws: Errno("start /bin/sh", code: EBADF)) {
                _ = try shell("true", [(0, 0), (1, 1), (-1, 2)]).spawn()
            }
        }

        // Other tests open some meanwhile, but not one for each of these.
        #expect(openDescriptors() - before < 200)
    }

    @Test(arguments: [(ProcessExit.code(3), "exit status 3"), (.signal(.kill), "killed by SIGKILL")])
    func `an end has a sentence`(exit: ProcessExit, text: String) {
        #expect(exit.description == text)
    }
}

private func shell(_ script: String, _ descriptors: [(CInt, CInt)] = [(0, 0), (1, 1), (2, 2)])
    -> ProgramLaunch
{
    ProgramLaunch(
        path: "/bin/sh",
        arguments: ["sh", "-c", script],
        environment: ["PATH=/usr/bin:/bin"],
        descriptors: descriptors
    )
}

/// What it wrote and how it ended.
private func outcome(_ launch: ProgramLaunch, output: CInt) throws -> (text: String, exit: ProcessExit?) {
    let process = try launch.spawn()
    try #require(isReadable(process.descriptor))
    return (text(output), process.reap())
}

private func text(_ pipe: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = (try? Descriptor.read(pipe, filling: &bytes)) ?? 0
    return String(decoding: bytes.prefix(count), as: UTF8.self)
}

private func openDescriptors() -> Int { (0..<1024).count { Descriptor.isOpen(CInt($0)) } }

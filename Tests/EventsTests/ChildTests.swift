import Events
import LoopTesting
import Posix
import Testing

@Suite struct ChildTests {
    @Test(arguments: [("exit 0", ProcessExit.code(0)), ("exit 7", .code(7)), ("kill -9 $$", .signal(.kill))])
    func `how a program ended is told`(script: String, expected: ProcessExit) throws {
        try onLoop { role in
            let child = try Child(shell(script), on: role.loop)
            #expect(await child.ended() == expected)
            #expect(await child.ended() == expected)
        }
    }

    @Test func `a program gets just the descriptors, the environment and the group it was given`() throws {
        try onLoop { role in
            let (read, write) = try makePipe()
            var launch = shell("ls /proc/self/fd | wc -l; echo $A-$HOME-; ps -o pgid= -p $$ | tr -d ' '")
            launch.environment = ["A=1", "PATH=/usr/bin:/bin"]
            launch.descriptors = [(0, 0), (write, 1), (2, 2)]
            let child = try Child(launch, on: role.loop)
            _ = Descriptor(owning: write)
            let output = try ByteStream(Descriptor(owning: read), .source, on: role.loop)
            let input = output.makeInput()
            while try await output.read(into: input) > 0 {}

            let text = String(decoding: input.takeAll(), as: UTF8.self)
            #expect(text == "4\n1--\n\(child.pid)\n")
            #expect(await child.ended() == .code(0))
        }
    }

    @Test func `a program that ignores TERM is killed with its group after the grace`() throws {
        try onLoop { role in
            let child = try Child(shell("trap '' TERM; sleep 60 & wait; sleep 60"), on: role.loop)
            await role.loop.sleep(for: .milliseconds(100))
            let exit = await child.terminate(grace: .milliseconds(200))

            #expect(exit == .signal(.kill))
        }
    }

    @Test func `a program that cannot be executed is an error at once`() throws {
        try onLoop { role in
            var launch = shell("true")
            launch.path = "/nonexistent/program"
            #expect(throws: Errno.self) { try Child(launch, on: role.loop) }
        }
    }

    private func shell(_ script: String) -> ProgramLaunch {
        ProgramLaunch(
            path: "/bin/sh",
            arguments: ["sh", "-c", script],
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(0, 0), (1, 1), (2, 2)]
        )
    }
}

import Events
import Glibc
package import LoopTesting
package import Posix

/// A program of the system, such as `curl` or `openssl`, that runs beside a test.
package final class Command {
    private let child: Child
    private let input: ByteStream
    private let output: ByteStream
    private let buffer: InputBuffer

    package init(_ role: isolated TestRole, _ words: [String]) throws {
        let (theirInput, ourInput) = try makePipe()
        let (ourOutput, theirOutput) = try makePipe()
        input = try ByteStream(Descriptor(owning: ourInput), .sink, on: role.loop)
        output = try ByteStream(Descriptor(owning: ourOutput), .source, on: role.loop)
        buffer = output.makeInput()
        let standardInput = Descriptor(owning: theirInput)
        let standardOutput = Descriptor(owning: theirOutput)
        try Descriptor.setNonBlocking(standardInput.number, false)
        try Descriptor.setNonBlocking(standardOutput.number, false)
        let launch = ProgramLaunch(
            path: "/usr/bin/env",
            arguments: ["env"] + words,
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(standardInput.number, 0), (standardOutput.number, 1), (standardOutput.number, 2)]
        )
        child = try Child(launch, on: role.loop)
        child.endsGroup = true
        output.setDeadline(after: .seconds(10))
    }

    /// Nobody else would reap it, and the tests that watch a process's end see the first zombie only.
    deinit {
        child.signalGroup(.kill)
        if child.exit == nil { waitpid(child.pid, nil, 0) }
    }

    package func say(_ text: String) async throws { try await input.write(Array(text.utf8)) }

    /// Nothing more is said.
    package func hangUp() { input.close() }

    /// What it writes, on either output, up to and with the first `text`.
    package func text(to text: String) async throws -> String {
        while true {
            let read = String(decoding: buffer.unread, as: UTF8.self)
            if let range = read.firstRange(of: text) {
                let taken = String(read[..<range.upperBound])
                buffer.consume(taken.utf8.count)
                return taken
            }
            if try await output.read(into: buffer) == 0 { return read }
        }
    }

    /// What it writes until it ends, and how it ends.
    package func finished() async throws -> (text: String, exit: ProcessExit) {
        while try await output.read(into: buffer) > 0 {}
        let text = String(decoding: buffer.unread, as: UTF8.self)
        buffer.consume(buffer.count)
        return (text, await child.ended())
    }
}

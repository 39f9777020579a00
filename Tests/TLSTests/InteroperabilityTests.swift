import Events
import LoopTesting
import Posix
import TLS
import TLSTesting
import Testing

@Suite struct InteroperabilityTests {
    @Test(arguments: ["-tls1_2", "-tls1_3"], ["rsa", "ecdsa"])
    func `openssl s_server answers us, and takes sessions up again`(version: String, certificate: String)
        throws
    {
        try onLoop { role in
            let server = try await Server(role, certificate, [version, "-rev"])
            let context = try TLSContext.testClient()
            for round in 0..<3 {
                let stream = try await server.connect(role, context)
                try await stream.write(Array("abc\n".utf8))
                #expect(try await stream.take(4) == Array("cba\n".utf8))
                #expect(stream.tls?.isResumed == (round > 0))
                try await stream.write(Array("CLOSE\n".utf8))
                #expect(try await stream.take(1).isEmpty)
            }
        }
    }

    @Test func `openssl s_server changes its keys, and ours`() throws {
        try onLoop { role in
            let server = try await Server(role, "ecdsa", ["-tls1_3"])
            let stream = try await server.connect(role, .testClient())
            var output = ""
            for command in ["K\n", "k\n"] {
                try await server.command.say(command)
                // What it reads at once it takes for text.
                await role.loop.sleep(for: .milliseconds(100))
                try await server.command.say("hello\n")
                #expect(try await stream.take(6) == Array("hello\n".utf8))
                try await stream.write(Array("answer\n".utf8))
                output += try await server.command.text(to: "answer\n")
            }
            try await server.command.say("Q\n")
            await #expect(throws: StreamError.truncated) { try await stream.take(1) }
            output += try await server.command.finished().text
            #expect(output.ranges(of: "SSL_do_handshake -> 1").count == 2)
        }
    }

    @Test func `openssl s_server that only speaks what is forbidden is refused`() throws {
        try onLoop { role in
            let server = try await Server(role, "ecdsa", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
            let stream = try ByteStream(Socket.connect(server.address), .tcp, on: role.loop)
            stream.setDeadline(after: .seconds(5))
            let session = try TLSSession(.testClient(), host: "localhost", port: 443)
            #expect(await handshake(stream, session) == .noSharedVersion)
        }
    }

    @Test func `openssl s_client is served, changes keys, and is refused new negotiations`() throws {
        try onLoop { role in
            for version in ["-tls1_3", "-tls1_2"] {
                let (stream, client) = try await accept(role, [version])
                _ = try await client.text(to: "Verify return code: 0 (ok)")
                try await client.say("hello\n")
                #expect(try await stream.take(6) == Array("hello\n".utf8))
                try await client.say(version == "-tls1_3" ? "K\n" : "R\n")
                let input = stream.makeInput()
                if version == "-tls1_2" {
                    await #expect(throws: StreamError.self) { try await stream.read(into: input) }
                    continue
                }
                await role.loop.sleep(for: .milliseconds(100))
                try await stream.write(Array("answer\n".utf8))
                _ = try await client.text(to: "answer\n")
                try await client.say("Q\n")
                #expect(try await stream.read(into: input) == 0)
            }
        }
    }

    /// A stream on which `openssl s_client` has called us.
    private func accept(_ role: isolated TestRole, _ options: [String]) async throws -> (ByteStream, Command)
    {
        let listener = try Socket.listen(.ipv4([127, 0, 0, 1], port: 0))
        let address = try #require(Socket.localAddress(listener.number))
        let place = "\(address)".replacing(#/^.*(?=127)/#, with: "")
        let words =
            ["openssl", "s_client", "-connect", place, "-CAfile", try Certificates.path("ca.pem")] + options
        let client = try Command(role, words)
        while true {
            guard let accepted = try Socket.accept(listener.number) else {
                await role.loop.sleep(for: .milliseconds(2))
                continue
            }
            let stream = try ByteStream(accepted, .tcp, on: role.loop)
            stream.setDeadline(after: .seconds(10))
            try await stream.startTLS(TLSSession(accepting: .testServer()))
            return (stream, client)
        }
    }
}

/// `openssl s_server` on a port of its own.
private final class Server {
    let command: Command
    let address: SocketAddress

    init(_ role: isolated TestRole, _ certificate: String, _ options: [String]) async throws {
        let key = certificate == "rsa" ? "rsa" : "ecdsa"
        command = try Command(
            role,
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                try Certificates.path("\(certificate).pem"),
                "-key", try Certificates.path("\(key).key"),
            ] + options
        )
        _ = try await command.text(to: "ACCEPT 127.0.0.1:")
        let port = try await command.text(to: "\n")
        address = .ipv4([127, 0, 0, 1], port: try #require(UInt16(port.dropLast())))
    }

    func connect(_ role: isolated TestRole, _ context: TLSContext) async throws -> ByteStream {
        let stream = try ByteStream(Socket.connect(address), .tcp, on: role.loop)
        stream.setDeadline(after: .seconds(10))
        try await stream.startTLS(TLSSession(context, host: "localhost", port: 443))
        return stream
    }
}

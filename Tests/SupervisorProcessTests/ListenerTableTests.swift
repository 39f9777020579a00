import Config
import IPC
import Posix
import Testing

@testable import SupervisorProcess

@Suite struct ListenerTableTests {
    private let folder = "/tmp/listener-table-\(Digest.hexadecimal(Digest.random(6)))"

    @Test func `a listener that only changes its name keeps its socket`() throws {
        try FileSystem.makeDirectory(folder, mode: 0o700)
        var table = ListenerTable(runDirectory: folder, inherited: [])
        table.adopt(try table.plan(for: configuration(named: "a")))
        let before = try #require(table.open.first { $0.grant.purpose == .clients })
        let plan = try table.plan(for: configuration(named: "b"))
        let after = try #require(plan.added.first { $0.grant.purpose == .clients })
        table.adopt(plan)
        table.forget(plan.removed)

        #expect(plan.removed.map(\.grant.name) == ["a"])
        #expect(before.descriptor.number != after.descriptor.number)
        #expect(Socket.isAnswered("\(folder)/clients.sock"))
        table.closeAll()
    }

    @Test func `a plan that fails leaves no file and no socket behind`() throws {
        try FileSystem.makeDirectory(folder, mode: 0o700)
        try FileSystem.replace("\(folder)/file", with: [1], mode: 0o600)
        let table = ListenerTable(runDirectory: folder, inherited: [])
        var configuration = configuration(named: "a")
        var second = Configuration.Listener()
        second.name = "b"
        second.address = .unix(path: "\(folder)/file")
        configuration.listeners.append(second)

        #expect(throws: ChildFault.self) { try table.plan(for: configuration) }
        #expect(!FileSystem.exists("\(folder)/clients.sock"))
        #expect(try FileSystem.read("\(folder)/file") == [1])
    }

    @Test func `a socket that another program answers at is not taken over`() throws {
        try FileSystem.makeDirectory(folder, mode: 0o700)
        let other = try Socket.listen(.unix("\(folder)/clients.sock"))
        let table = ListenerTable(runDirectory: folder, inherited: [])

        #expect(throws: ChildFault.self) { try table.plan(for: configuration(named: "a")) }
        #expect(Socket.isAnswered("\(folder)/clients.sock"))
        _ = other.number
    }

    @Test
    func `the service manager's socket is taken where the configuration wants it, and told of where not`()
        throws
    {
        try FileSystem.makeDirectory(folder, mode: 0o700)
        let grant = ListenerGrant(name: "a", purpose: .clients, address: "unix:\(folder)/given.sock")
        let socket = try Socket.listen(.unix("\(folder)/given.sock"))
        let table = ListenerTable(
            runDirectory: folder,
            inherited: [OwnedListener(grant, socket, isInherited: true)]
        )
        let plan = try table.plan(for: configuration(named: "a"))

        #expect(plan.added.allSatisfy { !$0.isInherited })
        #expect(table.strangers.count == 1)
    }

    private func configuration(named name: String) -> Configuration {
        var configuration = Configuration()
        configuration.listeners[0].name = name
        configuration.listeners[0].address = .unix(path: "\(folder)/clients.sock")
        configuration.bridge.listen = nil
        return configuration
    }
}

import Config
package import Events
import IPC
import Log
package import Posix
import Shared

/// The process that owns every listening socket, the configuration and the children.
package actor Supervisor: Role {
    package nonisolated let loop: EventLoop
    private let options: SupervisorOptions
    private let sink: LogSink
    private let log: Logger

    /// The signals that the daemon takes; blocked before anything else happens.
    package static let signals: [SignalNumber] = [
        .hangup, .terminate, .interrupt, .quit, .user1, .user2, .child, .terminalInput, .terminalOutput,
        .windowChange,
    ]

    package init(_ options: SupervisorOptions, on loop: EventLoop) {
        self.options = options
        self.loop = loop
        let sink = LogSink(on: loop)
        self.sink = sink
        log = Logger(process: "gatehoused") { bytes in
            sink.write(bytes)
            return bytes.count
        }
    }

    /// Runs the daemon until it is told to end.
    ///
    /// - Returns: the exit status: 0, 1, or 78 for a configuration that cannot be used.
    package func run() async -> CInt {
        loop.atEndOfTurn = { [log, sink] in
            log.flush()
            sink.kick()
        }
        start { await self.sink.run() }
        let status = await serve()
        log.flush()
        await sink.flushed(within: .seconds(2))
        return status
    }

    private func serve() async -> CInt {
        let manager = ServiceManager(on: loop)
        let sockets = ServiceManager.takeSockets()
        var file = ConfigurationFile(path: options.configurationPath)
        switch file.check() {
        case .failure(let fault):
            sink.write(Array(fault.lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")])
            return ChildLifecycle.configurationExit
        case .success(let configuration):
            sink.write(Array(file.warnings.map { $0 + "\n" }.joined().utf8))
            do {
                return try await serve(configuration, file, manager, sockets)
            } catch {
                log.error("cannot start", ["reason": .init("\(error)")])
                return 1
            }
        }
    }

    private func serve(
        _ configuration: Configuration,
        _ file: ConfigurationFile,
        _ manager: ServiceManager,
        _ sockets: [OwnedListener],
    ) async throws -> CInt {
        let group = try ConfigurationSource.group(of: configuration)
        let directory = try RunDirectory.claim(
            run: options.runDirectory,
            state: options.stateDirectory,
            group: group
        )
        let source = ConfigurationSource(
            file,
            keys: KeyResolver(generatedKeyPath: directory.generatedKey, log: log),
            descriptorLimit: options.descriptorLimit,
            log: log
        )
        let table = try makeTable(try source.complete(configuration), directory, sockets)
        let daemon = Daemon(
            version: options.version,
            directory: directory,
            table: table,
            source: source,
            manager: manager,
            log: log,
            on: loop
        )
        daemon.onBanner = { [sink] in sink.write(Array($0.utf8)) }
        let signals = try SignalDescriptor(Self.signals)
        let taker = try loop.watch(signals.descriptor, [.input]) { _ in
            while let signal = signals.next() { daemon.take(signal) }
        }
        defer { loop.unwatch(taker) }
        return try await daemon.run(table.start)
    }

    private func makeTable(
        _ first: ConfigurationSource.Candidate,
        _ directory: RunDirectory,
        _ sockets: [OwnedListener],
    ) throws -> ProcessTable {
        let table = try ProcessTable(
            configuration: first.configuration,
            listeners: try Self.open(
                first.configuration,
                ListenerTable(runDirectory: directory.run, inherited: sockets)
            ),
            shared: try SharedState(build: options.version),
            directory: directory,
            log: log,
            on: loop,
            start: { [self] work in start(work) }
        )
        table.secrets = first.secrets
        table.onOutput = { [sink] in sink.write($0) }
        return table
    }

    /// The table must not live on here: what it holds stays open.
    private static func open(
        _ configuration: Configuration,
        _ empty: ListenerTable
    ) throws(ChildFault) -> ListenerTable {
        var listeners = empty
        listeners.adopt(try listeners.plan(for: configuration))
        return listeners
    }
}

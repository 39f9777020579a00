package import Config
package import Events
package import Log
import Posix

/// What a child of the supervisor is for; told by its ``ChildConversation``, all on the loop.
package protocol ChildService: AnyObject {
    /// - Throws: a reason why the child cannot serve with this.
    func configure(_ setup: ChildSetup, listeners: [GrantedListener]) throws(ChildFault)

    /// Begin to accept.
    func start() throws(ChildFault)

    /// Make ready what `commit` will switch to; quick, and without effect on what runs.
    func prepare(
        _ generation: Int,
        _ configuration: Configuration,
        secrets: ChildSecrets,
        added: [GrantedListener]
    )
        throws(ChildFault)

    /// Switch to what was prepared; returns the names of listeners that were left, nil if nothing was prepared.
    func commit() -> [String]?

    /// Forget what was prepared.
    func abort()

    /// Stop accepting, after taking whoever waits.
    func leave()

    /// Finish what runs as long as `order` allows; called again when it is to go faster.
    func drain(_ order: DrainOrder) async

    /// Say on the board that the loop runs; called at every ``ChildConversation/pulse`` once it was started.
    func beat()

    var status: ChildStatus { get }
}

/// A listening descriptor that this process was given, and what it is for.
package struct GrantedListener {
    package let grant: ListenerGrant
    /// The receiver's to close.
    package let descriptor: CInt
}

/// Why a child cannot do what it was told; the sentence is for the operator.
package struct ChildFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A child's side of its life: spawn → hello → configure → configured → start → … → drain → drained → exit.
package final class ChildConversation {
    /// Descriptors that every child is started with.
    package enum Descriptors {
        package static let supervisor: CInt = 3
        package static let nonce: CInt = 4
        /// The first of those of shared memory.
        package static let shared: CInt = 5
    }

    package static let version = 1
    /// How often a child says that it lives.
    package static let pulse = Duration.milliseconds(250)
    package static let nonceBytes = 32
    /// How long what runs may take when somebody sends TERM.
    private static let signalOrder = DrainOrder(
        idle: .seconds(5),
        requests: .seconds(60),
        streams: .seconds(60)
    )
    /// How long what runs may take when the supervisor is gone.
    private static let orphanOrder = DrainOrder(idle: .zero, requests: .seconds(3), streams: .seconds(3))

    /// What only children of the same supervisor know, in hexadecimal.
    package let nonce: String

    private let role: String
    private let slot: Int
    /// `worker:0`, `bridge`: for messages.
    private let name: String
    private let link: ChildLink
    private let service: any ChildService
    private let log: Logger
    private let start: (@escaping () async -> Void) -> Void
    private let loop: EventLoop
    private let ended: Mailbox<CInt>
    private var isDraining = false

    package init(
        role: String,
        slot: Int,
        service: any ChildService,
        log: Logger,
        on loop: EventLoop,
        start: @escaping (@escaping () async -> Void) -> Void,
    ) throws(ChildFault) {
        self.role = role
        self.slot = slot
        name = log.process
        self.service = service
        self.log = log
        self.start = start
        self.loop = loop
        ended = Mailbox(on: loop)
        do throws(Errno) {
            try Descriptor.setCloseOnExec(Descriptors.supervisor)
            link = try Link(Descriptor(owning: Descriptors.supervisor), on: loop)
            nonce = try Self.readNonce()
        } catch {
            throw ChildFault("not started by a supervisor: \(error)")
        }
    }

    /// What children of this supervisor know, in hexadecimal.
    private static func readNonce() throws(Errno) -> String {
        let source = Descriptor(owning: Descriptors.nonce)
        var bytes = [UInt8](repeating: 0, count: nonceBytes)
        let count = try Descriptor.read(source.number, filling: &bytes)
        guard count == nonceBytes else { throw Errno("read nonce", code: 5) }
        return Digest.hexadecimal(bytes)
    }

    /// Tells the supervisor what belongs into the audit log.
    package func audit(_ events: [AuditEvent]) { link.send(.audit(events: events)) }

    /// Speaks with the supervisor until the child is to exit.
    ///
    /// - Returns: the exit status.
    package func run() async -> CInt {
        FaultPoint.reach(.boot, as: name)
        link.send(
            .hello(
                version: Self.version,
                role: role,
                slot: slot,
                pid: Int(ProcessInformation.pid),
                nonce: nonce
            )
        )
        start { await self.listen() }
        do throws(Errno) {
            let signals = try SignalDescriptor([.terminate])
            let source = try loop.watch(signals.descriptor, [.input]) { [self] _ in
                while let signal = signals.next() { take(signal) }
            }
            defer { loop.unwatch(source) }
            return await ended.next() ?? 1
        } catch {
            log.error("cannot take signals", ["reason": .init(error)])
            return 1
        }
    }

    /// A service manager signals every process of the unit at once; the supervisor alone keeps the order
    /// then.
    ///
    /// From anybody else, TERM asks this child to leave.
    private func take(_ signal: ReceivedSignal) {
        if signal.pid > 1 || !link.isOpen { drain(Self.signalOrder) }
    }

    /// Leaves as if the supervisor had said so.
    private func drain(_ order: DrainOrder) {
        let isFirst = !isDraining
        isDraining = true
        start { await self.drain(order, isFirst: isFirst) }
    }

    private func drain(_ order: DrainOrder, isFirst: Bool) async {
        if isFirst {
            service.leave()
            link.send(.left(names: []))
        }
        await service.drain(order)
        guard isFirst else { return }
        link.send(.drained)
        await link.flushed()
        ended.post(0)
    }

    private func listen() async {
        do {
            while let (command, descriptors) = try await link.receive() { handle(command, descriptors) }
            log.warning("supervisor gone")
        } catch {
            log.error("supervisor link broken", ["reason": .init("\(error)")])
        }
        drain(Self.orphanOrder)
    }

    private func handle(_ command: ChildCommand, _ descriptors: [CInt]) {
        do throws(ChildFault) {
            switch command {
            case .configure(let setup):
                try service.configure(setup, listeners: try granted(setup.listeners, descriptors))
                link.send(.configured)
            case .start:
                try service.start()
                link.send(.started)
                beat()
                FaultPoint.reach(.start, as: name)
            case .prepare(let generation, let configuration, let secrets, let added):
                FaultPoint.reach(.prepare, as: name)
                let listeners = try granted(added, descriptors)
                answer(generation) { () throws(ChildFault) in
                    try service.prepare(generation, configuration, secrets: secrets, added: listeners)
                }
                FaultPoint.reach(.prepared, as: name)
            case .commit(let generation):
                FaultPoint.reach(.commit, as: name)
                guard let left = service.commit() else {
                    throw ChildFault("told to commit what was not prepared")
                }
                link.send(.committed(generation: generation))
                if !left.isEmpty { link.send(.left(names: left)) }
            case .abort: service.abort()
            case .drain(let order): drain(order)
            case .report(let id): link.send(.status(id: id, child: service.status))
            }
        } catch {
            log.error("cannot go on", ["reason": .init(error.description)])
            ended.post(1)
        }
    }

    private func beat() {
        _ = loop.schedule(after: Self.pulse) { [self] in
            service.beat()
            beat()
        }
    }

    private func answer(_ generation: Int, _ prepare: () throws(ChildFault) -> Void) {
        do throws(ChildFault) {
            try prepare()
            link.send(.prepared(generation: generation))
        } catch {
            link.send(.refused(generation: generation, reason: error.description))
        }
    }

    /// - Throws: when there are not as many descriptors as listeners; those that came are closed.
    private func granted(_ grants: [ListenerGrant], _ descriptors: [CInt]) throws(ChildFault)
        -> [GrantedListener]
    {
        guard grants.count == descriptors.count else {
            for number in descriptors { _ = Descriptor(owning: number) }
            throw ChildFault("\(grants.count) listeners came with \(descriptors.count) descriptors")
        }
        return zip(grants, descriptors).map { GrantedListener(grant: $0, descriptor: $1) }
    }
}

import Config
import IPC
import Posix

/// A listening socket that the supervisor owns, from before the first child to after the last.
final class OwnedListener {
    let grant: ListenerGrant
    let descriptor: Descriptor
    /// It belongs to the service manager, whose sockets outlive us.
    let isInherited: Bool

    init(_ grant: ListenerGrant, _ descriptor: consuming Descriptor, isInherited: Bool = false) {
        self.grant = grant
        self.descriptor = descriptor
        self.isInherited = isInherited
    }

    /// Nobody can connect to it any more, and it is ours to make anew.
    var isFileGone: Bool {
        guard !isInherited, case .unix(let path)? = SocketAddress(grant.address) else { return false }
        return !FileSystem.exists(path)
    }

    /// Takes the socket's file away, if it is ours.
    func removeFile() {
        guard !isInherited, case .unix(let path)? = SocketAddress(grant.address) else { return }
        FileSystem.remove(path)
    }
}

/// Every listening socket of the daemon.
///
/// A reload opens what is new first, and closes what is gone last: `plan`, then `adopt` or nothing.
struct ListenerTable {
    /// What a configuration changes.
    struct Plan {
        var kept: [OwnedListener] = []
        var added: [OwnedListener] = []
        var removed: [OwnedListener] = []
    }

    private let runDirectory: String
    private var inherited: [String: OwnedListener] = [:]
    private(set) var open: [OwnedListener] = []

    /// `inherited`: sockets that the service manager made, by name.
    init(runDirectory: String, inherited: [OwnedListener]) {
        self.runDirectory = runDirectory
        for listener in inherited { self.inherited[listener.grant.name] = listener }
    }

    /// Opens what `configuration` wants and is not open.
    ///
    /// - Throws: a sentence that names the listener.
    func plan(for configuration: Configuration) throws(ChildFault) -> Plan {
        var plan = Plan()
        let wanted = Self.wanted(by: configuration, runDirectory: runDirectory)
        do throws(ChildFault) {
            for grant in wanted {
                if let listener = open.first(where: { $0.grant == grant }) {
                    plan.kept.append(listener)
                } else {
                    plan.added.append(try make(grant))
                }
            }
        } catch {
            abandon(plan)
            throw error
        }
        plan.removed = open.filter { !wanted.contains($0.grant) }
        return plan
    }

    /// Takes away the files of sockets that were opened for nothing.
    func abandon(_ plan: Plan) { removeFiles(of: plan.added, unlessIn: open) }

    /// Takes away the files of sockets that nobody listens on any more.
    func forget(_ retired: [OwnedListener]) { removeFiles(of: retired, unlessIn: open) }

    private func removeFiles(of listeners: [OwnedListener], unlessIn kept: [OwnedListener]) {
        for listener in listeners where !kept.contains(where: { $0.grant.address == listener.grant.address })
        {
            listener.removeFile()
        }
    }

    /// Makes sockets anew whose file is gone; returns what they are for.
    ///
    /// Those who hold the old ones have to be given the new ones.
    mutating func remakeMissing() throws(ChildFault) -> [ListenerGrant] {
        var remade: [ListenerGrant] = []
        for (index, listener) in open.enumerated() where listener.isFileGone {
            open[index] = OwnedListener(listener.grant, try listen(listener.grant))
            remade.append(listener.grant)
        }
        return remade
    }

    mutating func adopt(_ plan: Plan) { open = plan.kept + plan.added }

    /// Closes what is for one of `purposes`.
    mutating func close(_ purposes: Set<ListenerGrant.Purpose>) {
        for listener in open where purposes.contains(listener.grant.purpose) { listener.removeFile() }
        open.removeAll { purposes.contains($0.grant.purpose) }
    }

    mutating func closeAll() {
        open.forEach { $0.removeFile() }
        open = []
    }

    /// The listeners that a role is given.
    func listeners(for role: RoleRow) -> [OwnedListener] { open.filter { role.takes($0.grant) } }

    private static func wanted(by configuration: Configuration, runDirectory: String) -> [ListenerGrant] {
        var grants = configuration.listeners.map {
            ListenerGrant(name: $0.name, purpose: .clients, address: $0.address.description)
        }
        if let agents = configuration.bridge.listen {
            grants.append(ListenerGrant(name: "bridge", purpose: .agents, address: agents.description))
        }
        let sockets = RoleRow.rows.compactMap { row in row.dataSocket.map { (row.name, $0) } }
        grants += sockets.map {
            ListenerGrant(name: $0, purpose: .data, address: "unix:\(runDirectory)/\($1)")
        }
        return grants
    }

    /// A listener that only changed its name keeps its socket.
    private func make(_ grant: ListenerGrant) throws(ChildFault) -> OwnedListener {
        let same = open.first { $0.grant.purpose == grant.purpose && $0.grant.address == grant.address }
        if let given = same ?? inherited(grant) {
            return OwnedListener(grant, try duplicate(given), isInherited: given.isInherited)
        }
        return OwnedListener(grant, try listen(grant))
    }

    private func listen(_ grant: ListenerGrant) throws(ChildFault) -> Descriptor {
        guard let address = SocketAddress(grant.address) else {
            throw ChildFault("listener '\(grant.name)': \(grant.address) is not an address")
        }
        if grant.purpose != .data, case .unix(let path) = address, Socket.isAnswered(path) {
            throw ChildFault("listener '\(grant.name)': another program listens at \(path)")
        }
        do throws(Errno) {
            return try Socket.listen(address, mode: grant.purpose == .data ? 0o600 : 0o660)
        } catch {
            let hint = error.isAddressInUse ? "; another program has it, see: ss -ltnp" : ""
            throw ChildFault("listener '\(grant.name)': \(error)\(hint)")
        }
    }

    /// The service manager's socket of that name, if it is where the configuration wants it.
    private func inherited(_ grant: ListenerGrant) -> OwnedListener? {
        guard grant.purpose != .data, let given = inherited[grant.name], given.grant.address == grant.address
        else { return nil }
        return given
    }

    /// What the service manager gave and the configuration does not want, in words.
    var strangers: [String] {
        inherited.values.filter { given in !open.contains { $0.grant.address == given.grant.address } }.map {
            "the service manager's socket '\($0.grant.name)' at \($0.grant.address) is at no listener's address"
        }
    }

    private func duplicate(_ listener: OwnedListener) throws(ChildFault) -> Descriptor {
        do throws(Errno) {
            return try listener.descriptor.duplicate()
        } catch {
            throw ChildFault("listener '\(listener.grant.name)': \(error)")
        }
    }
}

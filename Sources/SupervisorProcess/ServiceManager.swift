import Events
import IPC
import Posix

/// What systemd wants to know and gives: notifications (sd_notify(3)), the watchdog, sockets (sd_listen_fds(3)).
///
/// Without `$NOTIFY_SOCKET` every notification is a no-op.
final class ServiceManager {
    private let path: String?
    private let watchdog: Duration?
    private let loop: EventLoop

    /// Reads the environment and removes from it what is not for children.
    init(on loop: EventLoop) {
        self.loop = loop
        path = ProcessInformation.environment("NOTIFY_SOCKET")
        watchdog = Self.watchdogInterval()
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            ProcessInformation.removeEnvironment(name)
        }
    }

    /// Whether a service manager listens.
    var isPresent: Bool { path != nil }

    func ready(_ status: String) {
        notify("READY=1\nSTATUS=\(status)")
        beat()
    }

    /// Both in one datagram, as systemd demands.
    func reloading() { notify("RELOADING=1\nMONOTONIC_USEC=\(Moment.now.nanoseconds / 1000)") }

    func stopping(_ status: String) { notify("STOPPING=1\nSTATUS=\(status)") }

    func status(_ text: String) { notify("STATUS=\(text)") }

    private var isBeating = false

    /// Says `WATCHDOG=1` from the loop, at a third of the interval: a loop that hangs says nothing.
    private func beat() {
        guard let watchdog, !isBeating else { return }
        isBeating = true
        notify("WATCHDOG=1")
        _ = loop.schedule(after: watchdog / 3) { [weak self] in
            self?.isBeating = false
            self?.beat()
        }
    }

    private func notify(_ text: String) {
        guard let path else { return }
        try? Socket.sendDatagram(Array(text.utf8), to: path)
    }

    private static func watchdogInterval() -> Duration? {
        guard let text = ProcessInformation.environment("WATCHDOG_USEC"), let microseconds = Int64(text),
            microseconds > 0
        else { return nil }
        if let pid = ProcessInformation.environment("WATCHDOG_PID"), pid != String(ProcessInformation.pid) {
            return nil
        }
        return .microseconds(microseconds)
    }

    /// The sockets that were passed to this process, by the names of their units; at most those that listen.
    static func takeSockets() -> [OwnedListener] {
        let names = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let values = names.map { ProcessInformation.environment($0) }
        names.forEach { ProcessInformation.removeEnvironment($0) }
        guard values[0] == String(ProcessInformation.pid), let count = values[1].flatMap({ CInt($0) }),
            count > 0
        else { return [] }
        let labels = (values[2] ?? "").split(separator: ":", omittingEmptySubsequences: false).map(
            String.init
        )
        return (0..<min(count, 64)).compactMap { index in
            listener(3 + index, named: Int(index) < labels.count ? labels[Int(index)] : "main")
        }
    }

    private static func listener(_ number: CInt, named name: String) -> OwnedListener? {
        guard Descriptor.isOpen(number) else { return nil }
        let descriptor = Descriptor(owning: number)
        guard Socket.isListening(number), (try? Descriptor.setNonBlocking(number)) != nil,
            (try? Descriptor.setCloseOnExec(number)) != nil
        else { return nil }
        let address = Socket.localAddress(number)?.description ?? "unix"
        let grant = ListenerGrant(
            name: name,
            purpose: name == "bridge" ? .agents : .clients,
            address: address
        )
        return OwnedListener(grant, descriptor, isInherited: true)
    }
}

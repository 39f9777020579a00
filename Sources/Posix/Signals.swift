import CSystem
import Glibc

/// A signal's number (signal(7)).
package struct SignalNumber: RawRepresentable, Hashable, Sendable {
    package let rawValue: CInt
    package init(rawValue: CInt) { self.rawValue = rawValue }

    package static let hangup = SignalNumber(rawValue: SIGHUP)
    package static let interrupt = SignalNumber(rawValue: SIGINT)
    package static let quit = SignalNumber(rawValue: SIGQUIT)
    package static let abort = SignalNumber(rawValue: SIGABRT)
    package static let kill = SignalNumber(rawValue: SIGKILL)
    package static let terminate = SignalNumber(rawValue: SIGTERM)
    package static let user1 = SignalNumber(rawValue: SIGUSR1)
    package static let user2 = SignalNumber(rawValue: SIGUSR2)
    package static let child = SignalNumber(rawValue: SIGCHLD)
    package static let `continue` = SignalNumber(rawValue: SIGCONT)
    package static let stop = SignalNumber(rawValue: SIGSTOP)
    package static let terminalInput = SignalNumber(rawValue: SIGTTIN)
    package static let terminalOutput = SignalNumber(rawValue: SIGTTOU)
    package static let windowChange = SignalNumber(rawValue: SIGWINCH)
    package static let pipe = SignalNumber(rawValue: SIGPIPE)
    package static let segmentation = SignalNumber(rawValue: SIGSEGV)
    package static let illegal = SignalNumber(rawValue: SIGILL)
    package static let trap = SignalNumber(rawValue: SIGTRAP)
    package static let bus = SignalNumber(rawValue: SIGBUS)
    package static let alarm = SignalNumber(rawValue: SIGALRM)

    private static let names: [(String, SignalNumber)] = [
        ("HUP", .hangup), ("INT", .interrupt), ("QUIT", .quit), ("ABRT", .abort), ("KILL", .kill),
        ("TERM", .terminate), ("USR1", .user1), ("USR2", .user2), ("CHLD", .child), ("CONT", .continue),
        ("STOP", .stop), ("TTIN", .terminalInput), ("TTOU", .terminalOutput), ("WINCH", .windowChange),
        ("PIPE", .pipe), ("SEGV", .segmentation), ("ILL", .illegal), ("TRAP", .trap), ("BUS", .bus),
        ("ALRM", .alarm),
    ]

    /// The signal that `text` names: `TERM`, `SIGTERM`, `term` or `15`; nil if there is none.
    package init?(named text: String) {
        if let number = CInt(text) {
            guard (1...64).contains(number) else { return nil }
            self.init(rawValue: number)
            return
        }
        let upper = text.uppercased()
        let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        guard let row = Self.names.first(where: { $0.0 == bare }) else { return nil }
        self = row.1
    }

    /// `SIGTERM` and the like, or the bare number of a signal without a name here.
    package var name: String {
        Self.names.first { $0.1 == self }.map { "SIG" + $0.0 } ?? "signal \(rawValue)"
    }

    fileprivate var bit: UInt64 { 1 << UInt64(rawValue - 1) }
}

/// A signal that arrived, and who sent it; pid 0 is the kernel or a process of another namespace.
package struct ReceivedSignal: Equatable, Sendable {
    package let number: SignalNumber
    package let pid: Int32
    package let uid: UInt32
}

/// The signals a process takes as data, through a descriptor (signalfd(2)).
package struct SignalDescriptor: ~Copyable {
    private let signals: Descriptor

    package init(_ numbers: [SignalNumber]) throws(Errno) {
        let mask = numbers.reduce(0) { $0 | $1.bit }
        signals = Descriptor(owning: try retrying("signalfd") { gh_signalfd(mask) })
    }

    package var descriptor: CInt { signals.number }

    /// The next signal that has arrived, or nil.
    package func next() -> ReceivedSignal? {
        var signal = gh_signal()
        guard gh_signalfd_read(signals.number, &signal) == 1 else { return nil }
        return ReceivedSignal(number: .init(rawValue: signal.number), pid: signal.pid, uid: signal.uid)
    }
}

/// Blocks `numbers` in this thread and all it starts; the first statement of every `main`.
package func blockSignals(_ numbers: [SignalNumber]) {
    _ = gh_block_signals(numbers.reduce(0) { $0 | $1.bit })
}

package func ignoreSignals(_ numbers: [SignalNumber]) {
    for number in numbers { _ = gh_ignore_signal(number.rawValue) }
}

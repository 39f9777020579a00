import Events
import Posix

/// The signals that end a command, as events of the loop.
final class StopSignals {
    /// HUP is left alone where it is ignored, as under nohup(1): a blocked signal would be taken all the same.
    static let numbers: [SignalNumber] = [.interrupt, .terminate] + (ignoresHangup ? [] : [.hangup])

    private let signals: SignalDescriptor

    init(on loop: EventLoop, _ handle: @escaping (SignalNumber) -> Void) throws(Errno) {
        signals = try SignalDescriptor(Self.numbers)
        _ = try loop.watch(signals.descriptor, [.input]) { [self] _ in
            while let signal = signals.next() { handle(signal.number) }
        }
    }

    /// What the kernel says of this process: `SigIgn:	0000000000000001`, the lowest bit is signal 1 (proc(5)).
    private static var ignoresHangup: Bool {
        guard let status = try? FileSystem.read("/proc/self/status") else { return false }
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("SigIgn:")
        }
        let mask = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) }
        return (mask ?? 0) & 1 == 1
    }
}

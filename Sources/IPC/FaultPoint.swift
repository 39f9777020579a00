import Posix

/// A place where a test can make a process die or hang.
///
/// Only debug builds look: they read the file that `GATEHOUSE_FAULTS` names whenever they come to such a place. Its
/// lines are `WHO POINT ACTION [ARGUMENT] [once]`:
///
///     worker:0 prepare exit 1
///     worker:* request block 3 once
///     bridge commit hang
package enum FaultPoint: String {
    /// Before the first message to the supervisor.
    case boot
    /// After it was told to start.
    case start
    case prepare
    /// After it has answered `prepare`.
    case prepared
    case commit
    /// A worker has read the head of a request.
    case request

    /// Does what the file says; `name` is the process's, such as `worker:0`.
    @inline(__always)
    package static func reach(_ point: FaultPoint, as name: String) {
        #if DEBUG
        FaultLine.read().filter { $0.concerns(name, point) }.forEach { $0.perform() }
        #endif
    }
}

#if DEBUG
private struct FaultLine {
    private let words: [String]

    static func read() -> [FaultLine] {
        guard let path = ProcessInformation.environment("GATEHOUSE_FAULTS"),
            let bytes = try? FileSystem.read(path)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            FaultLine(words: line.split(separator: " ").map(String.init))
        }
    }

    func concerns(_ name: String, _ point: FaultPoint) -> Bool {
        guard words.count >= 3, words[1] == point.rawValue else { return false }
        return words[0] == name || words[0] == "\(name.prefix { $0 != ":" }):*"
    }

    func perform() {
        if words.last == "once" {
            let mark = "GATEHOUSE_FAULT_DONE_\(words.joined(separator: "_"))"
            if ProcessInformation.environment(mark) != nil { return }
            ProcessInformation.setEnvironment(mark, "1")
        }
        let argument = words.count > 3 ? Int(words[3]) ?? 0 : 0
        switch words[2] {
        case "exit": ProcessInformation.exit(CInt(argument))
        case "kill": ProcessInformation.signalSelf(.kill)
        case "hang": while true { ProcessInformation.block(seconds: 3600) }
        case "spin": while true {}
        case "block": ProcessInformation.block(seconds: argument)
        default: break
        }
    }
}
#endif

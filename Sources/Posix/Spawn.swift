import CSystem
import Glibc

/// A program to start, and what it gets.
package struct ProgramLaunch {
    package var path: String
    /// All of argv, the name first.
    package var arguments: [String]
    /// All of the environment, `NAME=value`.
    package var environment: [String]
    /// Which of our descriptors becomes which of the program's; all others are closed.
    package var descriptors: [(source: CInt, target: CInt)]
    /// Where it starts; nil: here.
    package var directory: String?

    package init(
        path: String,
        arguments: [String],
        environment: [String],
        descriptors: [(source: CInt, target: CInt)],
        directory: String? = nil,
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.descriptors = descriptors
        self.directory = directory
    }

    /// Starts it in its own process group, with no signal blocked or ignored (posix_spawn(3)).
    ///
    /// - Throws: also what exec answered (`ENOENT`, `EACCES`).
    package func spawn() throws(Errno) -> SpawnedProcess {
        let last = descriptors.map(\.target).max() ?? 2
        var pid: pid_t = 0
        let result = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                gh_spawn(
                    path,
                    arguments,
                    environment,
                    descriptors.map(\.source),
                    descriptors.map(\.target),
                    CInt(descriptors.count),
                    max(last + 1, 3),
                    directory,
                    &pid
                )
            }
        }
        if result == -1 { throw Errno("start \(path)") }
        return try SpawnedProcess(pid: pid)
    }
}

/// A child that runs or waits to be reaped, held by a descriptor that cannot name another process (pidfd_open(2)).
package struct SpawnedProcess: ~Copyable {
    package let pid: Int32
    private let handle: Descriptor

    fileprivate init(pid: pid_t) throws(Errno) {
        self.pid = pid
        handle = Descriptor(owning: try retrying("pidfd_open") { gh_pidfd_open(pid) })
    }

    /// Becomes readable when the process ends.
    package var descriptor: CInt { handle.number }

    package func signal(_ number: SignalNumber) { _ = gh_pidfd_signal(handle.number, number.rawValue) }

    /// Signals the process and all it started in its group.
    package func signalGroup(_ number: SignalNumber) { Glibc.kill(-pid, number.rawValue) }

    /// How it ended, once it has; nil while it runs.
    ///
    /// A child that has been reaped has nothing to say.
    package func reap() -> ProcessExit? {
        var exit = gh_exit()
        guard gh_pidfd_reap(handle.number, &exit) == 1 else { return nil }
        return exit.is_signal != 0 ? .signal(SignalNumber(rawValue: exit.status)) : .code(exit.status)
    }
}

/// How a process ended.
package enum ProcessExit: Equatable, Sendable, CustomStringConvertible {
    case code(CInt)
    case signal(SignalNumber)

    package var description: String {
        switch self {
        case .code(let code): "exit status \(code)"
        case .signal(let number): "killed by \(number.name)"
        }
    }
}

private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result,
) -> Result {
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else {
            preconditionFailure("an array with a terminator has a base")
        }
        return body(base)
    }
}

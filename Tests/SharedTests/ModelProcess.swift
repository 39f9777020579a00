import Glibc
import Posix
import Shared

/// A process of the model, and what it says on its standard error.
final class ModelProcess {
    enum Role: Equatable {
        case writer(id: UInt64, lease: Int)
        case reader
        /// Of a table that needs no reader.
        case sharer(lease: Int)
    }

    let role: Role
    /// Where it was told to stop; nil: it is to be killed at some time.
    let point: StopPoint?
    let deadline: Moment
    private(set) var text = ""
    private var resumesAt: Moment?
    private let process: SpawnedProcess
    private let errors: Descriptor

    /// `descriptors`: its 3, 4 and so on.
    init(
        _ role: Role,
        _ arguments: [String],
        descriptors: [CInt],
        stop: (point: StopPoint, pass: Int)?,
        life: Duration,
    ) throws {
        let (read, write) = try makePipe()
        let output = Descriptor(owning: write)
        errors = Descriptor(owning: read)
        let launch = ProgramLaunch(
            path: try Self.program(),
            arguments: ["SharedModel"] + arguments,
            environment: stop.map { ["GATEHOUSE_STOP=\($0.point.rawValue):\($0.pass)"] } ?? [],
            descriptors: [(0, 0), (1, 1), (output.number, 2)]
                + descriptors.enumerated().map { ($1, CInt($0 + 3)) }
        )
        process = try launch.spawn()
        (self.role, point, deadline) = (role, stop?.point, .now + life)
    }

    deinit { process.signal(.kill) }

    /// Whether it has come to the place where it stops.
    var hasStopped: Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while let count = try? Descriptor.read(errors.number, filling: &bytes), count > 0 {
            text += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        return text.contains("stopped")
    }

    /// Lets one that has stopped go on after a while.
    func resume() {
        let moment = resumesAt ?? .now + .milliseconds(100)
        resumesAt = moment
        if moment < .now { process.signal(.continue) }
    }

    func reap() -> ProcessExit? { process.reap() }

    /// How it ended at last; it is killed first.
    func kill() -> ProcessExit? {
        process.signal(.kill)
        return wait(for: .seconds(5))
    }

    func wait(for duration: Duration) -> ProcessExit? {
        let end = Moment.now + duration
        while Moment.now < end {
            if let exit = process.reap() { return exit }
            usleep(200)
        }
        return nil
    }

    /// The model stands beside the tests.
    private static func program() throws(Errno) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { throw Errno("realpath") }
        defer { free(path) }
        let own = String(cString: path)
        return "\(FileSystem.parentDirectory(own))/SharedModel"
    }
}

import Config
import IPC
import Log
import Posix

/// The configuration file: read, checked, and its keys resolved.
struct ConfigurationFile {
    let path: String

    /// The text it was last accepted with.
    private(set) var text: [UInt8] = []

    init(path: String) { self.path = path }

    /// Every fault, each as `file:line:column: error: …`, or the configuration as it stands in the file.
    mutating func check() -> Result<Configuration, Reloader.ReloadFault> {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try FileSystem.read(path)
        } catch {
            return .failure(.init(lines: ["\(path): error: \(error)"]))
        }
        switch Configuration.check(bytes, environment: ProcessInformation.environment) {
        case .valid(let configuration, let warnings):
            text = bytes
            self.warnings = warnings.map { $0.rendered(file: path, word: "warning") }
            return .success(configuration)
        case .invalid(let faults): return .failure(.init(lines: faults.map { $0.rendered(file: path) }))
        }
    }

    /// What is allowed and probably not meant, of the last check.
    private(set) var warnings: [String] = []
}

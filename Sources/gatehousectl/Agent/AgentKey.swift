import Gateway
import Posix

/// Where an agent's key is found: the file that was named, else `$GATEHOUSE_API_KEY`, else the key that the daemon
/// made for itself.
struct AgentKey {
    static let variable = "GATEHOUSE_API_KEY"
    private static let fileName = "api-key"

    private let file: String?
    private let environment: (String) -> String?

    init(file: String?, environment: @escaping (String) -> String?) {
        self.file = file
        self.environment = environment
    }

    /// The key; nil if there is none in the usual places.
    ///
    /// - Throws: why the file that was named cannot be read.
    func read() throws(Errno) -> Secret? {
        if let file { return Self.key(in: try FileSystem.read(file, limit: 65_536)) }
        if let text = environment(Self.variable), let key = Self.key(in: Array(text.utf8)) { return key }
        let directory = environment("STATE_DIRECTORY")?.split(separator: ":").first ?? "./run"
        return (try? FileSystem.read("\(directory)/\(Self.fileName)", limit: 65_536)).flatMap(Self.key)
    }

    /// The text without white space around it; nil if nothing is left.
    static func key(in bytes: [UInt8]) -> Secret? {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let text = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return text.isEmpty ? nil : Secret(text)
    }
}

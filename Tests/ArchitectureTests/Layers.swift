/// Which module may import which: the rows of the architecture, top to bottom.
struct Layers {
    private static let rows: [[String]] = [
        ["gatehoused", "gatehousectl"],
        ["SupervisorProcess", "WorkerProcess", "BridgeProcess", "StoreProcess"],
        ["Gateway", "Transport", "IPC", "Shared"],
        ["Config", "TOML", "HTTP", "WebSocket", "JSON"],
        ["Events"],
        ["TLS", "Log", "Posix", "CSystem", "COpenSSL", "CSQLite"],
    ]

    private static let pure: Set<String> = ["Config", "TOML", "HTTP", "WebSocket", "JSON"]

    /// What a module may import from its own row.
    private static let sideways: [String: Set<String>] = [
        "Config": ["TOML"],
        "TLS": ["Posix", "COpenSSL"],
        "Log": ["Posix"],
        "Posix": ["CSystem", "COpenSSL", "CSQLite"],
    ]

    /// Modules of the toolchain; all others (Foundation, Dispatch, …) are nobody's.
    private static let standard: Set<String> = ["Synchronization", "FoundationEssentials"]

    static func knows(_ module: String) -> Bool {
        rows.contains { $0.contains(module) }
    }

    /// All that `module` may import; empty for a module that is in no row.
    static func allowed(for module: String) -> Set<String> {
        guard let row = rows.firstIndex(where: { $0.contains(module) }) else {
            return []
        }
        let beside = sideways[module, default: []]
        if pure.contains(module) {
            return beside
        }
        let below = Set(rows[(row + 1)...].joined())
        return below.union(beside).union(standard).union(module == "Posix" ? ["Glibc"] : [])
    }
}

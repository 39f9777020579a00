// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// The modules, top row first. A module imports only from rows below its own (Config → TOML and Log → Posix aside).
let package = Package(
    name: "gatehouse",
    targets: [
        // Executables
        program(
            "gatehoused",
            "SupervisorProcess",
            "WorkerProcess",
            "BridgeProcess",
            "StoreProcess",
            "IPC",
            "Config",
            "Events",
            "Posix"
        ),
        program(
            "gatehousectl",
            "Gateway",
            "Transport",
            "HTTP",
            "IPC",
            "Config",
            "WebSocket",
            "JSON",
            "Events",
            "Posix"
        ),

        // Processes: never import each other
        module("SupervisorProcess", "Gateway", "IPC", "Shared", "Config", "Events", "TLS", "Log", "Posix"),
        module(
            "WorkerProcess",
            "Gateway",
            "Transport",
            "IPC",
            "Shared",
            "Config",
            "HTTP",
            "JSON",
            "Events",
            "TLS",
            "Log",
            "Posix"
        ),
        module(
            "BridgeProcess",
            "Gateway",
            "Transport",
            "IPC",
            "Shared",
            "Config",
            "HTTP",
            "WebSocket",
            "JSON",
            "Events",
            "Log",
            "Posix"
        ),
        module(
            "StoreProcess",
            "Gateway",
            "IPC",
            "Shared",
            "Config",
            "JSON",
            "Events",
            "Log",
            "Posix",
            "CSQLite"
        ),

        // Application: the domain; protocol × loop; what processes say to each other
        module("Gateway", "Config", "HTTP", "JSON", "Posix"),
        module("Transport", "HTTP", "WebSocket", "Events", "TLS", "Posix"),
        module("IPC", "Config", "JSON", "Events", "Log", "Posix"),
        module("Shared", "Config", "Posix"),

        // Pure: no I/O, no clock
        module("Config", "TOML"),
        module("TOML"),
        module("HTTP"),
        module("WebSocket"),
        module("JSON"),

        // Loop
        module("Events", "TLS", "Posix"),

        // System
        module("TLS", "Posix", "COpenSSL"),
        module("Log", "Posix"),
        module("Posix", "CSystem", "COpenSSL"),
        .target(name: "CSystem"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // What tests of several modules share
        .target(
            name: "LoopTesting",
            dependencies: ["Events", "Posix"],
            path: "Tests/LoopTesting",
            swiftSettings: settings
        ),
        .target(
            name: "TLSTesting",
            dependencies: ["LoopTesting", "TLS", "Events", "Posix"],
            path: "Tests/TLSTesting",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SharedModel",
            dependencies: ["Shared", "Posix"],
            path: "Tests/SharedModel",
            swiftSettings: settings
        ),
        tests("ArchitectureTests"),
        tests("SupervisorProcessTests", "SupervisorProcess", "IPC", "Shared", "Config", "Posix"),
        tests("BridgeProcessTests", "BridgeProcess", "Config", "Gateway", "Posix"),
        tests("StoreProcessTests", "StoreProcess", "Gateway", "JSON", "Posix"),
        tests("ControlTests", "gatehousectl", "Transport", "Gateway", "IPC", "JSON", "Events", "Posix"),
        tests("GatewayTests", "Gateway", "Config", "HTTP", "JSON", "Posix"),
        tests(
            "TransportTests",
            "LoopTesting",
            "TLSTesting",
            "Transport",
            "HTTP",
            "WebSocket",
            "Events",
            "TLS",
            "Posix"
        ),
        tests("IPCTests", "LoopTesting", "IPC", "Config", "JSON", "Events", "Log", "Posix"),
        tests("SharedTests", "SharedModel", "Shared", "Posix"),
        tests("ConfigTests", "Config", "TOML"),
        tests("TOMLTests", "TOML"),
        tests("HTTPTests", "HTTP"),
        tests("WebSocketTests", "WebSocket"),
        tests("JSONTests", "JSON"),
        tests("EventsTests", "LoopTesting", "TLSTesting", "Events", "TLS", "Posix"),
        tests("TLSTests", "LoopTesting", "TLSTesting", "TLS", "Events", "COpenSSL", "Posix"),
        tests("LogTests", "Log", "Posix"),
        tests("PosixTests", "Posix"),
    ]
)

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

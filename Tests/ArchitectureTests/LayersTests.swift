import Testing

@Suite struct LayersTests {
    @Test func `every folder in Sources has its row`() throws {
        let strangers = try SourceFile.modules().filter { !Layers.knows($0) }
        #expect(strangers.isEmpty)
    }

    @Test func `every file imports only what its module may`() throws {
        for file in try SourceFile.all.get() {
            let allowed = Layers.allowed(for: file.module)
            for name in file.imports {
                #expect(allowed.contains(name), "\(file.path) may not import \(name)")
            }
        }
    }

    @Test(arguments: [
        "import Posix",
        "package import Posix",
        "public import Posix",
        "internal import Posix",
        "private import Posix",
        "fileprivate import Posix",
        "@testable import Posix",
        "@preconcurrency import Posix",
        "@_spi(Inner) @_exported import Posix",
        "@preconcurrency\nimport Posix",
        "import struct Posix.Descriptor",
        "package import func Posix.read",
        "import `Posix`",
        "import\n    Posix",
        "    import Posix  // why",
        "/* why */ import Posix",
        "#if DEBUG\nimport Posix\n#endif",
    ])
    func `every form of import is seen`(text: String) {
        #expect(SourceFile(path: "JSON/Value.swift", text: text).imports == ["Posix"])
    }

    @Test func `two imports on one line are two`() {
        #expect(
            SourceFile(path: "JSON/Value.swift", text: "import TOML; import Posix").imports == [
                "TOML", "Posix",
            ]
        )
    }

    @Test(arguments: [
        "// import Posix",
        "/// We import Posix.",
        "/* a /* nested */ import Posix */",
        "let a = \"import Posix\"",
        "let a = \"\"\"\n    import Posix\n    \"\"\"",
        "let a = #\"\\\"; import Posix\"#",
        "let reimport = Posix.self",
    ])
    func `a mention is no import`(text: String) {
        #expect(SourceFile(path: "JSON/Value.swift", text: text).imports.isEmpty)
    }

    @Test(arguments: [
        ("gatehoused", "SupervisorProcess", true),
        ("gatehoused", "JSON", true),
        ("gatehoused", "gatehousectl", false),
        ("gatehousectl", "gatehoused", false),
        ("gatehousectl", "Glibc", false),
        ("WorkerProcess", "Gateway", true),
        ("WorkerProcess", "BridgeProcess", false),
        ("Gateway", "JSON", true),
        ("Gateway", "Transport", false),
        ("Gateway", "WorkerProcess", false),
        ("IPC", "FoundationEssentials", true),
        ("IPC", "Foundation", false),
        ("Config", "TOML", true),
        ("TOML", "Config", false),
        ("HTTP", "JSON", false),
        ("HTTP", "Posix", false),
        ("HTTP", "Events", false),
        ("JSON", "Log", false),
        ("JSON", "FoundationEssentials", false),
        ("JSON", "Glibc", false),
        ("Events", "Posix", true),
        ("Events", "Log", true),
        ("Events", "HTTP", false),
        ("Events", "Glibc", false),
        ("Log", "Posix", true),
        ("Log", "Glibc", false),
        ("Posix", "Log", false),
        ("Posix", "CSystem", true),
        ("Posix", "Glibc", true),
        ("Stranger", "JSON", false),
    ])
    func `a module imports from the rows below its own`(module: String, name: String, isAllowed: Bool) {
        #expect(Layers.allowed(for: module).contains(name) == isAllowed)
    }
}

import Config
import FoundationEssentials
import Testing

/// The configuration file that is delivered, `etc/gatehouse.toml`.
@Suite
struct AnnotatedFileTests {
    private let bytes: [UInt8]
    private let lines: [Substring]

    init() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        bytes = [UInt8](try Data(contentsOf: root.appending(path: "etc/gatehouse.toml")))
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    @Test
    func `it is valid, without warnings, and serves two models`() throws {
        let (configuration, warnings) = try valid(String(decoding: bytes, as: UTF8.self))

        #expect(warnings == [])
        #expect(configuration.servedModels == ["cursor-agent-local", "echo"])
        #expect(configuration.route(for: "echo")?.provider.type == .echo)
        #expect(configuration.route(for: "cursor-agent-local")?.provider.name == "local")
    }

    @Test
    func `it changes no default but providers and models`() throws {
        let configuration = try valid(String(decoding: bytes, as: UTF8.self)).configuration

        let lines = configuration.diff(from: Configuration())
        #expect(
            lines == ["providers.echo: added", "providers.local: added", "models.cursor-agent-local: added"]
        )
    }

    @Test(arguments: ConfigurationKey.all)
    func `every key stands in its section, with its default`(key: ConfigurationKey) throws {
        let header = key.section.prefix { $0 != "N" }
        let start = try #require(lines.firstIndex { $0.hasPrefix(header) || $0.hasPrefix("#\(header)") })
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("[") && !$0.hasPrefix("#[") }

        let line = try #require(
            section.first { $0.hasPrefix("\(key.name) = ") || $0.hasPrefix("#\(key.name) = ") }
        )

        #expect(line.contains("  # "))
        let isOptional = line.hasPrefix("#") && !line.contains("(example)") && key.name != "model"
        if isOptional, let fallback = key.fallback {
            #expect(line.hasPrefix("#\(key.name) = \(fallback) "))
        }
    }
}

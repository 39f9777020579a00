import Config
import FoundationEssentials
import Testing

@Suite
struct ConfigurationTests {
    @Test
    func `models are served in file order, rows before providers, each once`() {
        let configuration = Self.routing

        #expect(configuration.servedModels == ["row", "renamed", "lost", "shared", "first", "second", "tie"])
    }

    @Test(arguments: [
        ("first", "one", "first", false), ("shared", "two", "shared", false), ("tie", "two", "tie", false),
        ("row", "three", "row", true), ("renamed", "one", "other", true),
    ])
    func `a model goes to its row's provider, else to the lowest priority, else to the first`(
        model: String,
        provider: String,
        modelName: String,
        hasRow: Bool,
    ) throws {
        let route = try #require(Self.routing.route(for: model))

        #expect(route.provider.name == provider)
        #expect(route.modelName == modelName)
        #expect((route.row != nil) == hasRow)
    }

    @Test(arguments: ["lost", "off", "nobody", ""])
    func `a model without an enabled provider has no route`(model: String) {
        #expect(Self.routing.route(for: model) == nil)
    }

    @Test
    func `it survives being sent as JSON`() throws {
        let data = try JSONEncoder().encode(Sample.everyField)

        #expect(try JSONDecoder().decode(Configuration.self, from: data) == Sample.everyField)
    }

    @Test
    func `its description holds no digest`() {
        let text = String(describing: Sample.everyField)

        #expect(!text.contains("0a0a"))
        #expect(text.contains("<redacted>"))
    }

    @Test(arguments: [
        (Configuration.Names.all, "x", true), (.only([]), "x", false), (.only(["y", "x"]), "x", true),
        (.only(["y"]), "x", false),
    ])
    func `names are chosen by a star or by themselves`(
        names: Configuration.Names,
        name: String,
        isChosen: Bool
    ) {
        #expect(names.contains(name) == isChosen)
    }

    private static var routing: Configuration {
        func provider(_ name: String, _ priority: Int, _ models: [String]) -> Configuration.Provider {
            var provider = Configuration.Provider(name: name, type: .agent)
            provider.priority = priority
            provider.models = models
            return provider
        }
        func row(_ name: String, provider: String?, model: String) -> Configuration.Model {
            var row = Configuration.Model(name: name)
            row.provider = provider
            row.model = model
            return row
        }
        var off = provider("off", 1, ["off", "first"])
        off.isEnabled = false
        var configuration = Configuration()
        configuration.providers = [
            off, provider("one", 100, ["shared", "first"]), provider("two", 10, ["shared", "second", "tie"]),
            provider("three", 10, ["tie"]),
        ]
        configuration.models = [
            row("row", provider: "three", model: "row"), row("renamed", provider: "one", model: "other"),
            row("lost", provider: "off", model: "lost"),
        ]
        return configuration
    }
}

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

    @Test(arguments: [
        ("first", "one", "first"), ("row", "three", "row"), ("off", "open", "off"),
        ("nobody", "open", "nobody"), ("gpt-4o", "open", "gpt-4o"), ("a b/ü", "open", "a b/ü"),
        ("shaped", "open", "shape"), (String(repeating: "ü", count: 128), "open", nil),
    ])
    func `names that nobody has go to the first of those who serve any`(
        model: String,
        provider: String,
        modelName: String?,
    ) throws {
        let route = try #require(Self.openRouting.route(for: model))

        #expect(route.provider.name == provider)
        #expect(route.modelName == modelName ?? model)
        #expect(Self.openRouting.providerOfOthers?.name == "open")
        #expect(Self.openRouting.openProviders.map(\.name) == ["late", "open", "equal"])
        #expect(!Self.openRouting.servedModels.contains("nobody"))
    }

    @Test(arguments: [
        "lost", "", String(repeating: "a", count: 257), String(repeating: "ü", count: 128) + "a", "a\nb",
        "\u{0}", "a\u{7F}", "a\u{85}",
    ])
    func `a row's provider is decisive, and what is no name goes to nobody`(model: String) {
        #expect(Self.openRouting.route(for: model) == nil)
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

    private static var openRouting: Configuration {
        func provider(_ name: String, _ priority: Int, isEnabled: Bool = true) -> Configuration.Provider {
            var provider = Configuration.Provider(name: name, type: ProviderType.named("vllm") ?? .echo)
            provider.priority = priority
            provider.servesAnyModel = true
            provider.isEnabled = isEnabled
            return provider
        }
        var configuration = routing
        configuration.providers += [
            provider("never", 1, isEnabled: false), provider("late", 500), provider("open", 200),
            provider("equal", 200),
        ]
        var row = Configuration.Model(name: "shaped")
        row.model = "shape"
        configuration.models.append(row)
        return configuration
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

import Testing

@testable import Config

@Suite
struct ConfigurationCheckTests {
    @Test(arguments: FaultRow.ofSingleSections + FaultRow.ofNamedSections + FaultRow.ofNoKey)
    func `every fault is named with its place, its key and what is allowed`(row: FaultRow) {
        let outcome = check(row.text)

        #expect(outcome.faults.map { $0.rendered(file: "f") } == row.faults.map { "f:" + $0 })
    }

    @Test(arguments: ConfigurationKey.all)
    func `every key has a fault case`(key: ConfigurationKey) {
        let header = String(key.section.prefix { $0 != "N" }.filter { !"[]".contains($0) })
        let rows = FaultRow.ofSingleSections + FaultRow.ofNamedSections

        let hasCase = rows.contains { row in
            row.faults.contains { $0.contains("error: \(header)") && $0.contains(".\(key.name): ") }
        }
        #expect(hasCase)
    }

    @Test
    func `an empty file is the default configuration`() throws {
        let (configuration, warnings) = try valid("")

        #expect(configuration == Configuration())
        #expect(warnings == ["1:1: models: no model is served; [providers] and [models] name none"])
    }

    @Test
    func `every key is read into its field`() throws {
        let configuration = try valid(Sample.everyKey).configuration

        #expect(configuration == Sample.everyField)
    }

    @Test(arguments: [
        ("${A}", "a"), ("x${A}y${B_2}z", "xayb}z"), ("$${A}$$${A", "${A}$${A"), ("$A$", "$A$"),
    ])
    func `variables are expanded in strings, once`(text: String, expected: String) throws {
        let configuration = try valid("[[auth.keys]]\nname = \"k\"\nkey_file = '\(text)'").configuration

        #expect(configuration.auth.keys.map(\.source) == [.file(expected)])
    }

    @Test(arguments: [
        ("2027-01-31", 1_801_353_600),
        ("\"2027-01-31\"", 1_801_353_600),
        ("2027-01-31T12:00:00Z", 1_801_396_800),
        ("2027-01-31 12:00:00.5+01:30", 1_801_391_400),
        ("\"2027-01-31t12:00:00-00:30\"", 1_801_398_600),
        ("2000-02-29", 951_782_400),
        ("1970-01-01", 0),
        ("1969-12-31T23:59:59Z", -1),
    ])
    func `an expiry is a moment in seconds since 1970`(text: String, seconds: Int) throws {
        let configuration = try valid("[[auth.keys]]\nname = \"k\"\nkey_env = \"K\"\nexpires = \(text)")
            .configuration

        #expect(configuration.auth.keys.map(\.expires) == [seconds])
    }

    @Test(arguments: [
        ("0.0.0.0:1", "127.0.0.1:1", true), ("[::]:1", "127.0.0.1:1", true), ("[::]:1", "[::1]:1", true),
        ("0.0.0.0:1", "[::1]:1", false), ("0.0.0.0:1", "[::ffff:10.0.0.1]:1", true),
        ("[::1]:1", "[0:0::1]:1", true),
        ("127.0.0.1:1", "127.0.0.2:1", false), ("127.0.0.1:1", "127.0.0.1:2", false),
        ("unix:a", "unix:a", true),
        ("unix:a", "unix:b", false), ("unix:a", "127.0.0.1:1", false),
    ])
    func `two listeners must not overlap`(first: String, second: String, doOverlap: Bool) {
        let text = [first, second].enumerated().map { index, address in
            "[[listeners]]\nname = \"n\(index)\"\naddress = \"\(address)\"\nallow_plaintext = true\n"
        }

        let faults = check(text.joined()).faults

        #expect(faults.map(\.line) == (doOverlap ? [7] : []))
    }

    @Test(arguments: [
        ("127.9.9.9:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true), ("unix:x", true),
        ("10.0.0.1:1", false), ("[::]:1", false), ("[fe80::1]:1", false), ("128.0.0.1:1", false),
    ])
    func `only addresses of this machine need no TLS`(address: String, isLocal: Bool) {
        let faults = check("[[listeners]]\nname = \"x\"\naddress = \"\(address)\"").faults

        #expect(faults.isEmpty == isLocal)
    }

    @Test(arguments: [
        "1.2.3:1", "1.2.3.256:1", "01.2.3.4:1", "1.2.3.4", "::1:80", "[::1]", "[1::2::3]:1", "[12345::]:1",
        "[fe80::1%eth0]:1", "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[1.2.3.4]:1", "1.2.3.4:+1",
        "unix:", ":1", "",
    ])
    func `what is no address is refused`(address: String) {
        let faults = check("[[listeners]]\nname = \"x\"\naddress = \"\(address)\"\nallow_plaintext = true")
            .faults

        #expect(faults.map(\.line) == [3])
    }

    @Test
    func `a variable that is empty is as good as an empty string`() throws {
        let configuration = try valid("[control]\ngroup = \"${EMPTY}\"\n[bridge]\nlisten = \"${EMPTY}\"")
            .configuration

        #expect(configuration.control.group == nil)
        #expect(configuration.bridge.listen == nil)
    }

    @Test
    func `what is probably not meant is a warning`() throws {
        let text = """
            [[listeners]]
            models = ["ecko"]
            [bridge]
            token_env = "T"
            [providers.e]
            type = "echo"
            models = ["echo"]
            [models.lost]
            """

        #expect(
            try valid(text).warnings == [
                "2:10: listeners[1].models: no model \"ecko\" is served; did you mean \"echo\"?",
                "4:13: bridge.token_env: has no effect without bridge.connect",
                "8:1: models.lost: no enabled provider serves this model",
            ]
        )
    }

    @Test
    func `who serves every name leaves no name unknown`() throws {
        let text = """
            [[listeners]]
            models = ["gpt-4o"]
            [[auth.keys]]
            name = "k"
            key_env = "A"
            models = ["gpt-4o"]
            agent_models = ["gpt-4o"]
            [providers.off]
            type = "vllm"
            models = ["*"]
            priority = 1
            enabled = false
            [providers.v]
            type = "vllm"
            models = ["*"]
            [providers.w]
            type = "ollama"
            models = ["qwen", "*"]
            [models.large]
            max_tokens = 5
            """

        #expect(
            try valid(text).warnings == [
                "7:16: auth.keys.k.agent_models: no model \"gpt-4o\" is served",
                "18:10: providers.w.models: \"*\" only lists names here; requests for them go to \"v\", "
                    + "unless a row in [models] says otherwise",
            ]
        )
        #expect(
            try valid("[providers.v]\ntype = \"vllm\"\nmodels = [\"*\"]\nenabled = false").warnings == [
                "1:1: models: no model is served; [providers] and [models] name none"
            ]
        )
    }

    @Test(arguments: ProviderType.all)
    func `who can be asked for its models can serve every name`(type: ProviderType) {
        let file = """
            [providers.p]
            type = "\(type.name)"
            base_url = "http://x"
            recordings = "r"
            models = ["*"]
            """

        #expect(check(file).faults.isEmpty == type.listsModels)
    }

    @Test
    func `what only recording and replaying know is of no use elsewhere`() throws {
        let text = """
            [providers.e]
            type = "echo"
            models = ["e"]
            record = true
            speed = 2
            [providers.v]
            type = "vllm"
            recordings = "r"
            [providers.r]
            type = "replay"
            recordings = "r"
            record = true
            base_url = "http://v"
            """

        #expect(
            try valid(text).warnings == [
                "4:10: providers.e.record: has no effect with type \"echo\"",
                "5:9: providers.e.speed: has no effect with type \"echo\"",
                "8:14: providers.v.recordings: has no effect with type \"vllm\"",
                "12:10: providers.r.record: has no effect with type \"replay\"",
                "13:12: providers.r.base_url: has no effect with type \"replay\"",
            ]
        )
    }

    @Test
    func `so many keys as fit into a message are possible and no more`() {
        let key = { (number: Int) in "[[auth.keys]]\nname = \"k\(number)\"\nkey_env = \"A\"\n" }
        let file = (0...ConfigurationReview.keyLimit).map(key).joined()

        #expect(check((0..<ConfigurationReview.keyLimit).map(key).joined()).faults == [])
        #expect(check(file).faults.map(\.message) == ["auth.keys.k1000.name: at most 1000 keys are possible"])
    }
}

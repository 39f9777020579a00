import Config

extension FaultRow {
    /// At least one for every key of sections that can occur several times.
    static let ofNamedSections =
        listeners + keys + providers + wildcards + remotes + replays + models + limits

    private static let types =
        ProviderType.all.map { "\"\($0.name)\"" }.joined(separator: ", ")

    private static let digest = String(repeating: "0a", count: 32)

    private static let listeners = [
        FaultRow(
            "[[listeners]]\nname = \"a b\"",
            "2:8: error: listeners[1].name: \"a b\" is not a name of 1 to 64 letters, digits, '.', '_', '-' or '@'",
        ),
        FaultRow(
            "[[listeners]]\naddress = \"127.0.0.1:1\"\n[[listeners]]\naddress = \"127.0.0.1:2\"",
            "3:1: error: listeners[2].name: \"main\" is the name of another one",
        ),
        FaultRow(
            "[[listeners]]\nname = \"a\"\naddress = \"[::1]:1\"\n[[listeners]]\nname = \"a\"\naddress = \"[::1]:2\"",
            "5:8: error: listeners[2].name: \"a\" is the name of another one",
        ),
        FaultRow(
            "[[listeners]]\ntls_cert = \"/c\"",
            "2:12: error: listeners[1].tls_cert: needs tls_key beside it",
        ),
        FaultRow(
            "[[listeners]]\ntls_key = \"/k\"",
            "2:11: error: listeners[1].tls_key: needs tls_cert beside it",
        ),
        FaultRow(
            "[[listeners]]\naddress = \"127.0.0.1:0\"",
            "2:11: error: listeners[1].address: \"127.0.0.1:0\" has a port out of range (1 to 65535)",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\naddress = \"[::1]:65536\"",
            "3:11: error: listeners.x.address: \"[::1]:65536\" has a port out of range (1 to 65535)",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\naddress = \"localhost:80\"",
            "3:11: error: listeners.x.address: \"localhost:80\" is not "
                + "\"IP:port\", \"[IPv6]:port\" or \"unix:PATH\" (names are not resolved here)",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\naddress = \"unix:\(String(repeating: "p", count: 108))\"",
            "3:11: error: listeners.x.address: \"unix:\(String(repeating: "p", count: 51))... "
                + "has a path of more than 107 bytes",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\naddress = \"0.0.0.0:80\"",
            "3:11: error: listeners.x.address: \"0.0.0.0:80\" is not loopback; "
                + "this needs tls_cert and tls_key, or allow_plaintext = true",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\naddress = \"0.0.0.0:80\"\nallow_plaintext = true\nauth = \"none\"",
            "5:8: error: listeners.x.auth: \"none\" is only for loopback addresses and Unix sockets",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\nauth = \"off\"",
            "3:8: error: listeners.x.auth: \"off\" is not one of \"required\", \"none\"",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\nprofile = \"Proxy\"",
            "3:11: error: listeners.x.profile: \"Proxy\" is not one of \"default\", \"proxy\", \"straico\"",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\nmodels = [\"a b\"]",
            "3:11: error: listeners.x.models: \"a b\" is not \"*\" or a model's name (1 to 256 bytes, no blanks)",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\ngroups = [\"openai\", \"grpc\"]",
            "3:21: error: listeners.x.groups: \"grpc\" is not one of \"*\", \"openai\", \"ollama\", \"manage\", \"admin\"",
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\nsanitize_prompts = 1",
            "3:20: error: listeners.x.sanitize_prompts: 1 is an integer; true or false is needed"
        ),
        FaultRow(
            "[[listeners]]\nname = \"x\"\nallow_plaintext = \"true\"",
            "3:19: error: listeners.x.allow_plaintext: \"true\" is a string; true or false is needed",
        ),
        FaultRow(
            "[[listeners]]\nname = \"a\"\n[[listeners]]\nname = \"b\"\naddress = \"0.0.0.0:8788\"\nallow_plaintext = true",
            "5:11: error: listeners.b.address: \"0.0.0.0:8788\" overlaps \"127.0.0.1:8788\" of listeners.a.address",
        ),
        FaultRow(
            "[bridge]\nlisten = \"127.0.0.1:8788\"",
            "2:10: error: bridge.listen: \"127.0.0.1:8788\" overlaps \"127.0.0.1:8788\" of listeners.main.address",
        ),
        FaultRow("[listeners]\nname = \"a\"", "1:1: error: listeners: must be tables, written [[listeners]]"),
    ]

    private static let keys = [
        FaultRow(
            "[[auth.keys]]\nkey_file = \"k\"",
            "1:1: error: auth.keys[1].name: is missing; "
                + "a name of 1 to 64 letters, digits, '.', '_', '-' or '@' is needed",
        ),
        FaultRow(
            "[[auth.keys]]\nkey_file = \"k\"\n[[auth.keys]]\nkey_file = \"l\"",
            "1:1: error: auth.keys[1].name: is missing; "
                + "a name of 1 to 64 letters, digits, '.', '_', '-' or '@' is needed",
            "3:1: error: auth.keys[2].name: is missing; "
                + "a name of 1 to 64 letters, digits, '.', '_', '-' or '@' is needed",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\n[[auth.keys]]\nname = \"a\"\nkey_env = \"B\"",
            "5:8: error: auth.keys[2].name: \"a\" is the name of another one",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"",
            "1:1: error: auth.keys.a: exactly one of sha256, key_file and key_env is needed; none is given",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\nkey_file = \"a\"",
            "1:1: error: auth.keys.a: exactly one of sha256, key_file and key_env is needed; "
                + "key_file and key_env are given",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nsha256 = \"sk-secret\"",
            "3:10: error: auth.keys.a.sha256: the value is not "
                + "64 hex digits, the SHA-256 of the key (never the key itself)",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nsha256 = []",
            "3:10: error: auth.keys.a.sha256: the array has 0 digests (1 to 2)",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nsha256 = [\"\(digest)\", \"\(digest)\"]",
            "3:10: error: auth.keys.a.sha256: the digest is given twice",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_file = 7",
            "3:12: error: auth.keys.a.key_file: 7 is an integer; a path is needed",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"sk-secret\"",
            "3:11: error: auth.keys.a.key_env: the value is not "
                + "the name of an environment variable (letters, digits and '_')",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\nexpires = \"tomorrow\"",
            "4:11: error: auth.keys.a.expires: \"tomorrow\" is not a date (2027-01-31, the start of that day in UTC) "
                + "or a date-time with offset (2027-01-31T12:00:00Z)",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\nmodels = \"*\"",
            "4:10: error: auth.keys.a.models: \"*\" is a string; an array of model names, or [\"*\"] is needed",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\nagent_models = [true]",
            "4:17: error: auth.keys.a.agent_models: true is a boolean; "
                + "\"*\" or a model's name (1 to 256 bytes, no blanks) is needed",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\non_abort = \"stop\"",
            "4:12: error: auth.keys.a.on_abort: \"stop\" is not one of \"cancel\", \"drain\", \"estimate\"",
        ),
        FaultRow(
            "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\nscopes = [\"root\"]",
            "4:11: error: auth.keys.a.scopes: \"root\" is not one of \"inference\", \"observe\", \"admin\"",
        ),
    ]

    private static let limits = [
        ("requests_per_minute", 1_000_000), ("tokens_per_minute", 1_000_000_000), ("burst", 1_000_000),
        ("max_concurrent", 1_000_000),
    ].flatMap { key, most in
        [
            FaultRow(
                "[[listeners]]\n\(key) = \(most + 1)",
                "2:\(key.count + 4): error: listeners[1].\(key): \(most + 1) is out of range (0 to \(most))",
            ),
            FaultRow(
                "[[auth.keys]]\nname = \"a\"\nkey_env = \"A\"\n\(key) = -1",
                "4:\(key.count + 4): error: auth.keys.a.\(key): -1 is out of range (0 to \(most))",
            ),
        ]
    }

    private static let providers = [
        FaultRow(
            "[providers.p]\nmodels = [\"m\"]",
            "1:1: error: providers.p.type: is missing; one of \(types) is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"openia\"",
            "2:8: error: providers.p.type: there is no \"openia\". Provider type must be one of \(types); "
                + "did you mean \"openai\"?",
        ),
        FaultRow(
            "[providers.p]\ntype = \"echo\"\nmodels = [\"a b\"]",
            "3:11: error: providers.p.models: \"a b\" is not \"*\" or a model's name (1 to 256 bytes, no blanks)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"echo\"\npriority = 0",
            "3:12: error: providers.p.priority: 0 is out of range (1 to 1000)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"echo\"\nenabled = \"no\"",
            "3:11: error: providers.p.enabled: \"no\" is a string; true or false is needed",
        ),
        FaultRow(
            "[providers.\"a b\"]\ntype = \"echo\"",
            "1:1: error: providers.\"a b\": \"a b\" cannot be a name here",
        ),
        FaultRow(
            "[[providers]]\ntype = \"echo\"",
            "1:1: error: providers: must be tables, written [providers.NAME]"
        ),
        FaultRow("providers.p = 1", "1:15: error: providers: must be tables, written [providers.NAME]"),
    ]

    private static let remotes = [
        FaultRow(
            "[providers.p]\ntype = \"openai\"",
            "1:1: error: providers.p.api_key_env: is missing; https://api.openai.com/v1 needs api_key_env or api_key_file",
        ),
        FaultRow(
            "[providers.p]\ntype = \"azure\"\napi_key_env = \"A\"",
            "1:1: error: providers.p.base_url: is missing; a provider of type \"azure\" needs it",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nbase_url = \"ftp://x\"",
            "3:12: error: providers.p.base_url: \"ftp://x\" is not an http:// or https:// URL without user, query and "
                + "fragment",
        ),
        FaultRow(
            "[providers.p]\ntype = \"groq\"\napi_key_env = \"A\"\napi_key_file = \"b\"",
            "3:15: error: providers.p.api_key_env: only one of api_key_file and api_key_env is allowed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nheaders = { Host = \"x\" }",
            "3:11: error: providers.p.headers: \"Host\" cannot be the name of a field here",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nheaders = \"x\"",
            "3:11: error: providers.p.headers: \"x\" is a string; a table of field names and values is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\ntimeout = \"0s\"",
            "3:11: error: providers.p.timeout: \"0s\" is out of range (1ms to 24h)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nstream_gap_timeout = \"2d\"",
            "3:22: error: providers.p.stream_gap_timeout: \"2d\" is out of range (1ms to 24h)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nconnect_timeout = \"2h\"",
            "3:19: error: providers.p.connect_timeout: \"2h\" is out of range (1ms to 1h)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nmax_concurrent = -1",
            "3:18: error: providers.p.max_concurrent: -1 is out of range (0 to 1000000)",
        ),
        FaultRow(
            "[models.m]\nmax_concurrent = \"2\"",
            "2:18: error: models.m.max_concurrent: \"2\" is a string; an integer (0 to 1000000) is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nmax_queue = -1",
            "3:13: error: providers.p.max_queue: -1 is out of range (0 to 100000)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nidle_timeout = 5",
            "3:16: error: providers.p.idle_timeout: 5 is an integer; a duration such as \"500ms\", \"30s\" or \"5m\" "
                + "(0s to 1h) is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\napi_key_file = \"\"",
            "3:16: error: providers.p.api_key_file: \"\" is not a path",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nca_file = 1",
            "3:11: error: providers.p.ca_file: 1 is an integer; a path is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\napi_version = \"a b\"",
            "3:15: error: providers.p.api_version: \"a b\" is not a version of letters, digits, '.' and '-'",
        ),
        FaultRow(
            "[providers.p]\ntype = \"vllm\"\nrecord = \"yes\"",
            "3:10: error: providers.p.record: \"yes\" is a string; true or false is needed",
        ),
    ]

    private static let replays = [
        FaultRow(
            "[providers.p]\ntype = \"replay\"",
            "1:1: error: providers.p.recordings: is missing; a provider of type \"replay\" needs it",
        ),
        FaultRow(
            "[providers.p]\ntype = \"replay\"\nrecordings = \"\"",
            "3:14: error: providers.p.recordings: \"\" is not a path",
        ),
        FaultRow(
            "[providers.p]\ntype = \"replay\"\nrecordings = \"r\"\nspeed = -1",
            "4:9: error: providers.p.speed: -1 is out of range (0.0 to 1000.0)",
        ),
        FaultRow(
            "[providers.p]\ntype = \"replay\"\nrecordings = \"r\"\nfaults = \"cut:1\"",
            "4:10: error: providers.p.faults: \"cut:1\" is a string; an array of faults is needed",
        ),
        FaultRow(
            "[providers.p]\ntype = \"replay\"\nrecordings = \"r\"\nfaults = [\"none\", \"status:200\"]",
            "4:19: error: providers.p.faults: \"status:200\" is not \"none\", \"refuse\", \"cut:BYTES\", "
                + "\"stall:BYTES\", \"delay:DURATION\" (up to 1h) or \"status:CODE\" (400 to 599)",
        ),
    ]

    private static let models = [
        FaultRow(
            "[providers.local]\ntype = \"agent\"\n[models.m]\nprovider = \"locl\"",
            "4:12: error: models.m.provider: there is no provider \"locl\"; did you mean \"local\"?",
        ),
        FaultRow(
            "[models.\"gpt-4.1\"]\nmodel = \"\"",
            "2:9: error: models.\"gpt-4.1\".model: \"\" is not a model's name (1 to 256 bytes, no blanks)",
        ),
        FaultRow(
            "[models.m]\nmax_tokens = 8193",
            "2:14: error: models.m.max_tokens: 8193 is out of range (1 to 8192)"
        ),
        FaultRow(
            "[models.m]\ntemperature = 2.1",
            "2:15: error: models.m.temperature: 2.1 is out of range (0.0 to 2.0)"
        ),
        FaultRow(
            "[models.m]\ntemperature = nan",
            "2:15: error: models.m.temperature: nan is out of range (0.0 to 2.0)"
        ),
        FaultRow(
            "[models.m]\ncontext_length = 0",
            "2:18: error: models.m.context_length: 0 is out of range (1 to 1000000000)",
        ),
        FaultRow("[models.\" \"]", "1:1: error: models.\" \": \" \" cannot be a name here"),
    ]
}

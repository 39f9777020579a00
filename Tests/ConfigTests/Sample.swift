import Config

/// A file that gives every key a value that is not its default, and what it means.
enum Sample {
    static let everyKey = """
        [[listeners]]
        name = "a"
        address = "${HOST}:9000"
        profile = "proxy"
        auth = "none"
        models = ["fast", "echo"]
        groups = ["manage", "openai"]
        tls_cert = "/c"
        tls_key = "/k"
        requests_per_minute = 0
        tokens_per_minute = 1000000000
        burst = 3
        max_concurrent = 4
        [[listeners]]
        name = "b"
        address = "[::]:9001"
        allow_plaintext = true
        sanitize_prompts = true

        [server]
        workers = 2
        max_connections = 77
        debug = true
        request_head_limit = "64KiB"
        request_body_limit = "1MB"
        header_timeout = "500ms"
        body_timeout = "1m"
        idle_timeout = "2h"
        idle_drain_timeout = "0s"
        drain_timeout = "7s"
        stream_drain_timeout = "1d"
        worker_memory_limit = "64MiB"
        worker_max_requests = 1000
        allowed_hosts = ["Gate.Example", "[::2]"]
        allowed_origins = ["https://App.example:8443"]

        [control]
        group = "ops"
        observe = ["uid:1000"]
        operate = ["gid:100", "uid:1"]
        admin = ["gid:0"]

        [auth]
        header = "x-gate-key"
        attempts_per_minute = 0
        [[auth.keys]]
        name = "ci"
        sha256 = "\(String(repeating: "0A", count: 32))"
        expires = 2027-01-31
        models = ["echo"]
        agent_models = ["fast"]
        scopes = ["inference", "admin"]
        on_abort = "drain"
        requests_per_minute = 1000000
        tokens_per_minute = 0
        burst = 0
        max_concurrent = 5

        [sessions]
        ttl = "10s"
        max = 5
        max_idle = "1s"
        cleanup_interval = "10m"

        [store]
        path = "/srv/usage.db"
        retention = "2d"
        max_size = "2MiB"
        record_usage = false
        usage_full = "refuse"

        [limits]
        enabled = false
        requests_per_minute = 6
        tokens_per_minute = 7
        burst = 8
        max_concurrent = 9

        [bridge]
        listen = ""
        connect = "ws://hub.example:8787/agent"
        agent_id = "other"
        token_env = "TOKEN"
        connect_timeout = "1s"
        heartbeat_interval = "2s"
        response_timeout = "3s"
        stream_gap_timeout = "4s"

        [streaming]
        commit_after = "5s"
        heartbeat_interval = "6s"

        [log]
        level = "warning"
        format = "json"
        access = false

        [providers.p]
        type = "agent"
        models = ["echo"]
        priority = 1
        enabled = true
        [providers.q]
        type = "echo"
        enabled = false
        [providers.r]
        type = "azure"
        base_url = "https://r.openai.azure.com"
        api_key_file = "/k"
        api_version = "2025-01-01"
        headers = { X-Team = "a" }
        ca_file = "/c"
        connect_timeout = "1s"
        timeout = "2s"
        stream_gap_timeout = "3s"
        max_concurrent = 5
        max_queue = 6
        idle_timeout = "4s"
        [providers.s]
        type = "openai"
        models = ["gpt-4o", "*"]
        api_key_env = "KEY"
        record = true
        [providers.t]
        type = "replay"
        recordings = "/r"
        speed = 10
        faults = ["none", "refuse", "cut:4KiB", "stall:7", "delay:500ms", "status:503"]

        [models.fast]
        provider = "p"
        model = "echo"
        max_tokens = 8192
        temperature = 1
        max_concurrent = 7
        context_length = 4096

        """

    static var everyField: Configuration {
        var configuration = Configuration()
        configuration.listeners = listeners
        configuration.server = server
        configuration.control.group = "ops"
        configuration.control.observe = [.user(1000)]
        configuration.control.operate = [.group(100), .user(1)]
        configuration.control.admin = [.group(0)]
        configuration.auth.header = "x-gate-key"
        configuration.auth.attemptsPerMinute = nil
        configuration.auth.keys = [key]
        configuration.limits = limits
        configuration.sessions.ttl = .seconds(10)
        configuration.sessions.limit = 5
        configuration.sessions.maxIdle = .seconds(1)
        configuration.sessions.cleanupInterval = .seconds(600)
        configuration.store.path = "/srv/usage.db"
        configuration.store.retention = .seconds(172_800)
        configuration.store.maxSize = 2 << 20
        configuration.store.recordsUsage = false
        configuration.store.whenFull = .refuse
        configuration.bridge = bridge
        configuration.streaming.commitAfter = .seconds(5)
        configuration.streaming.heartbeatInterval = .seconds(6)
        configuration.log.level = .warning
        configuration.log.format = .json
        configuration.log.logsAccess = false
        configuration.providers = providers
        configuration.models = [model]
        return configuration
    }

    private static var listeners: [Configuration.Listener] {
        var first = Configuration.Listener()
        first.name = "a"
        first.address = .ipv4(host: "127.0.0.1", port: 9000)
        first.profile = .proxy
        first.auth = .none
        first.models = .only(["fast", "echo"])
        first.groups = [.openai, .manage]
        first.certificateFile = "/c"
        first.keyFile = "/k"
        first.limits.requestsPerMinute = .unlimited
        first.limits.tokensPerMinute = .atMost(1_000_000_000)
        first.limits.burst = .atMost(3)
        first.limits.maxConcurrent = .atMost(4)
        var second = Configuration.Listener()
        second.name = "b"
        second.address = .ipv6(host: "::", port: 9001)
        second.allowsPlaintext = true
        second.sanitizesPrompts = true
        return [first, second]
    }

    private static var server: Configuration.Server {
        var server = Configuration.Server()
        server.workers = 2
        server.isDebugging = true
        server.maxConnections = 77
        server.workerMemoryLimit = 64 << 20
        server.workerMaxRequests = 1000
        server.requestHeadLimit = 65_536
        server.requestBodyLimit = 1_000_000
        server.headerTimeout = .milliseconds(500)
        server.bodyTimeout = .seconds(60)
        server.idleTimeout = .seconds(7_200)
        server.idleDrainTimeout = .zero
        server.drainTimeout = .seconds(7)
        server.streamDrainTimeout = .seconds(86_400)
        server.allowedHosts = ["gate.example", "[::2]"]
        server.allowedOrigins = ["https://app.example:8443"]
        return server
    }

    private static var key: Configuration.Auth.Key {
        let digest = String(repeating: "0a", count: 32)
        var key = Configuration.Auth.Key(name: "ci", source: .digests([digest]))
        key.expires = 1_801_353_600
        key.models = .only(["echo"])
        key.agentModels = .only(["fast"])
        key.scopes = [.inference, .admin]
        key.onAbort = .drain
        key.limits.requestsPerMinute = .atMost(1_000_000)
        key.limits.tokensPerMinute = .unlimited
        key.limits.burst = .unlimited
        key.limits.maxConcurrent = .atMost(5)
        return key
    }

    private static var limits: Configuration.Limits {
        var limits = Configuration.Limits()
        limits.isEnabled = false
        limits.requestsPerMinute = 6
        limits.tokensPerMinute = 7
        limits.burst = 8
        limits.maxConcurrent = 9
        return limits
    }

    private static var bridge: Configuration.Bridge {
        var bridge = Configuration.Bridge()
        bridge.listen = nil
        bridge.connect = "ws://hub.example:8787/agent"
        bridge.agentID = "other"
        bridge.token = .environment("TOKEN")
        bridge.connectTimeout = .seconds(1)
        bridge.heartbeatInterval = .seconds(2)
        bridge.responseTimeout = .seconds(3)
        bridge.streamGapTimeout = .seconds(4)
        return bridge
    }

    private static var providers: [Configuration.Provider] {
        var first = Configuration.Provider(name: "p", type: .agent)
        first.models = ["echo"]
        first.priority = 1
        var second = Configuration.Provider(name: "q", type: .echo)
        second.isEnabled = false
        return [first, second, azure, openAI, replay]
    }

    private static var azure: Configuration.Provider {
        var provider = Configuration.Provider(name: "r", type: ProviderType.named("azure") ?? .echo)
        provider.baseURL = "https://r.openai.azure.com"
        provider.key = .file("/k")
        provider.apiVersion = "2025-01-01"
        provider.headers = ["x-team": "a"]
        provider.caFile = "/c"
        provider.connectTimeout = .seconds(1)
        provider.timeout = .seconds(2)
        provider.streamGapTimeout = .seconds(3)
        provider.maxConcurrent = 5
        provider.maxQueue = 6
        provider.idleTimeout = .seconds(4)
        return provider
    }

    private static var openAI: Configuration.Provider {
        var provider = Configuration.Provider(name: "s", type: ProviderType.named("openai") ?? .echo)
        provider.models = ["gpt-4o"]
        provider.servesAnyModel = true
        provider.key = .environment("KEY")
        provider.isRecorded = true
        return provider
    }

    private static var replay: Configuration.Provider {
        var provider = Configuration.Provider(name: "t", type: .replay)
        provider.recordings = "/r"
        provider.speed = 10
        provider.faults = [
            .nothing, .refusal, .cut(after: 4096), .stall(after: 7), .delay(.milliseconds(500)), .status(503),
        ]
        return provider
    }

    private static var model: Configuration.Model {
        var model = Configuration.Model(name: "fast")
        model.provider = "p"
        model.model = "echo"
        model.maxTokens = 8_192
        model.temperature = 1
        model.maxConcurrent = 7
        model.contextLength = 4_096
        return model
    }
}

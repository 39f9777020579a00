extension FaultRow {
    /// At least one for every key of sections that occur once.
    static let ofSingleSections = [
        FaultRow("[sessions]\nttl = \"0s\"", "2:7: error: sessions.ttl: \"0s\" is out of range (1s to 30d)"),
        FaultRow("[sessions]\nmax = 16385", "2:7: error: sessions.max: 16385 is out of range (0 to 16384)"),
        FaultRow(
            "[sessions]\nmax_idle = \"31d\"",
            "2:12: error: sessions.max_idle: \"31d\" is out of range (0s to 30d)"
        ),
        FaultRow(
            "[sessions]\ncleanup_interval = \"2h\"",
            "2:20: error: sessions.cleanup_interval: \"2h\" is out of range (1s to 1h)"
        ),
        FaultRow("[store]\npath = 1", "2:8: error: store.path: 1 is an integer; a path is needed"),
        FaultRow(
            "[store]\nretention = \"1m\"",
            "2:13: error: store.retention: \"1m\" is out of range (1h to 36500d)"
        ),
        FaultRow(
            "[store]\nmax_size = \"1KiB\"",
            "2:12: error: store.max_size: \"1KiB\" is out of range (1MiB to 1024GiB)"
        ),
        FaultRow(
            "[store]\nrecord_usage = 1",
            "2:16: error: store.record_usage: 1 is an integer; true or false is needed"
        ),
        FaultRow(
            "[store]\nusage_full = \"drop\"",
            "2:14: error: store.usage_full: \"drop\" is not one of \"serve\", \"refuse\""
        ),
        FaultRow(
            "[auth]\nattempts_per_minute = -1",
            "2:23: error: auth.attempts_per_minute: -1 is out of range (0 to 1000000)"
        ),
        FaultRow(
            "[limits]\nenabled = 0",
            "2:11: error: limits.enabled: 0 is an integer; true or false is needed"
        ),
        FaultRow(
            "[limits]\nrequests_per_minute = 1000001",
            "2:23: error: limits.requests_per_minute: 1000001 is out of range (0 to 1000000)"
        ),
        FaultRow(
            "[limits]\ntokens_per_minute = \"many\"",
            "2:21: error: limits.tokens_per_minute: \"many\" is a string; an integer (0 to 1000000000) is needed"
        ),
        FaultRow(
            "[limits]\nburst = -1",
            "2:9: error: limits.burst: -1 is out of range (0 to 1000000)"
        ),
        FaultRow(
            "[limits]\nmax_concurrent = 1.5",
            "2:18: error: limits.max_concurrent: 1.5 is a float; an integer (0 to 1000000) is needed"
        ),
        FaultRow("[server]\nworkers = 65", "2:11: error: server.workers: 65 is out of range (0 to 64)"),
        FaultRow("[server]\nworkers = -1", "2:11: error: server.workers: -1 is out of range (0 to 64)"),
        FaultRow(
            "[server]\nworkers = \"4\"",
            "2:11: error: server.workers: \"4\" is a string; an integer (0 to 64) is needed",
        ),
        FaultRow(
            "server.workers = 1.5",
            "1:18: error: server.workers: 1.5 is a float; an integer (0 to 64) is needed"
        ),
        FaultRow(
            "[server]\nmax_connections = 0",
            "2:19: error: server.max_connections: 0 is out of range (1 to 1000000)"
        ),
        FaultRow(
            "[server]\nworker_max_requests = -1",
            "2:23: error: server.worker_max_requests: -1 is out of range (0 to 1000000000)"
        ),
        FaultRow(
            "[server]\nworker_memory_limit = \"65GiB\"",
            "2:23: error: server.worker_memory_limit: \"65GiB\" is out of range (0 to 64GiB)"
        ),
        FaultRow("[server]\ndebug = 1", "2:9: error: server.debug: 1 is an integer; true or false is needed"),
        FaultRow(
            "[server]\nrequest_head_limit = \"2MiB\"",
            "2:22: error: server.request_head_limit: \"2MiB\" is out of range (1KiB to 1MiB)",
        ),
        FaultRow(
            "[server]\nrequest_head_limit = 1024",
            "2:22: error: server.request_head_limit: 1024 is an integer; "
                + "a size such as \"64KiB\" or \"10MB\" (1KiB to 1MiB) is needed",
        ),
        FaultRow(
            "[server]\nrequest_body_limit = \"0\"",
            "2:22: error: server.request_body_limit: \"0\" is out of range (1 to 1GiB)",
        ),
        FaultRow(
            "[server]\nrequest_body_limit = \"10 MiB\"",
            "2:22: error: server.request_body_limit: \"10 MiB\" is not "
                + "a size such as \"64KiB\" or \"10MB\" (1 to 1GiB)",
        ),
        FaultRow(
            "[server]\nheader_timeout = \"0s\"",
            "2:18: error: server.header_timeout: \"0s\" is out of range (1ms to 1h)",
        ),
        FaultRow(
            "[server]\nheader_timeout = \"10\"",
            "2:18: error: server.header_timeout: \"10\" is not "
                + "a duration such as \"500ms\", \"30s\" or \"5m\" (1ms to 1h)",
        ),
        FaultRow(
            "[server]\nbody_timeout = \"2h\"",
            "2:16: error: server.body_timeout: \"2h\" is out of range (1ms to 1h)",
        ),
        FaultRow(
            "[server]\nidle_timeout = \"0ms\"",
            "2:16: error: server.idle_timeout: \"0ms\" is out of range (1ms to 24h)",
        ),
        FaultRow(
            "[server]\nidle_drain_timeout = \"61m\"",
            "2:22: error: server.idle_drain_timeout: \"61m\" is out of range (0s to 1h)",
        ),
        FaultRow(
            "[server]\ndrain_timeout = \"2d\"",
            "2:17: error: server.drain_timeout: \"2d\" is out of range (0s to 24h)",
        ),
        FaultRow(
            "[server]\nstream_drain_timeout = \"-1s\"",
            "2:24: error: server.stream_drain_timeout: \"-1s\" is not "
                + "a duration such as \"500ms\", \"30s\" or \"5m\" (0s to 24h)",
        ),
        FaultRow(
            "[server]\nallowed_hosts = [\"ok.example\", \"a b\", 7]",
            "2:32: error: server.allowed_hosts: \"a b\" is not a host name or IP address without port",
            "2:39: error: server.allowed_hosts: 7 is an integer; a host name or IP address without port is needed",
        ),
        FaultRow(
            "[server]\nallowed_origins = [\"https://a.example/\"]",
            "2:20: error: server.allowed_origins: \"https://a.example/\" is not an origin such as \"https://example.org\"",
        ),
        FaultRow(
            "[server]\nallowed_origins = \"https://a.example\"",
            "2:19: error: server.allowed_origins: \"https://a.example\" is a string; an array of origins is needed",
        ),
        FaultRow(
            "[control]\ngroup = \"a b\"",
            "2:9: error: control.group: \"a b\" is not the name of a group"
        ),
        FaultRow(
            "[control]\nobserve = [\"1000\"]",
            "2:12: error: control.observe: \"1000\" is not \"uid:N\" or \"gid:N\""
        ),
        FaultRow(
            "[control]\noperate = [1000]",
            "2:12: error: control.operate: 1000 is an integer; \"uid:N\" or \"gid:N\" is needed",
        ),
        FaultRow(
            "[control]\nadmin = [\"uid:root\", \"gid:-1\"]",
            "2:10: error: control.admin: \"uid:root\" is not \"uid:N\" or \"gid:N\"",
            "2:22: error: control.admin: \"gid:-1\" is not \"uid:N\" or \"gid:N\"",
        ),
        FaultRow(
            "[auth]\nheader = \"x key\"",
            "2:10: error: auth.header: \"x key\" is not the name of a field"
        ),
        FaultRow(
            "[bridge]\nlisten = \"0.0.0.0:8787\"",
            "2:10: error: bridge.listen: \"0.0.0.0:8787\" is not loopback; "
                + "agents can connect from this machine only until there is TLS",
        ),
        FaultRow(
            "[bridge]\nconnect = \"wss://hub.example\"",
            "2:11: error: bridge.connect: \"wss://hub.example\" is not a ws:// URL without user, query and fragment",
        ),
        FaultRow(
            "[bridge]\nconnect = \"ws://hub.example/?token=x\"",
            "2:11: error: bridge.connect: \"ws://hub.example/?token=x\" is not "
                + "a ws:// URL without user, query and fragment",
        ),
        FaultRow(
            "[bridge]\nagent_id = \"\"",
            "2:12: error: bridge.agent_id: \"\" is not a name of 1 to 64 letters, digits, '.', '_', '-' or '@'",
        ),
        FaultRow("[bridge]\ntoken_file = \"\"", "2:14: error: bridge.token_file: \"\" is not a path"),
        FaultRow(
            "[bridge]\ntoken_env = \"secret!\"",
            "2:13: error: bridge.token_env: the value is not "
                + "the name of an environment variable (letters, digits and '_')",
        ),
        FaultRow(
            "[bridge]\nconnect = \"ws://h\"\ntoken_file = \"a\"\ntoken_env = \"B\"",
            "4:13: error: bridge.token_env: only one of token_file and token_env is allowed",
        ),
        FaultRow(
            "[bridge]\nconnect_timeout = \"0s\"",
            "2:19: error: bridge.connect_timeout: \"0s\" is out of range (1ms to 1h)",
        ),
        FaultRow(
            "[bridge]\nheartbeat_interval = \"1ms\"",
            "2:22: error: bridge.heartbeat_interval: \"1ms\" is out of range (10ms to 1h)",
        ),
        FaultRow(
            "[bridge]\nresponse_timeout = \"25h\"",
            "2:20: error: bridge.response_timeout: \"25h\" is out of range (1ms to 24h)",
        ),
        FaultRow(
            "[bridge]\nstream_gap_timeout = 60",
            "2:22: error: bridge.stream_gap_timeout: 60 is an integer; "
                + "a duration such as \"500ms\", \"30s\" or \"5m\" (1ms to 24h) is needed",
        ),
        FaultRow(
            "[streaming]\ncommit_after = \"2h\"",
            "2:16: error: streaming.commit_after: \"2h\" is out of range (0s to 1h)",
        ),
        FaultRow(
            "[streaming]\nheartbeat_interval = \"99999999999999999999s\"",
            "2:22: error: streaming.heartbeat_interval: \"99999999999999999999s\" is not "
                + "a duration such as \"500ms\", \"30s\" or \"5m\" (10ms to 1h)",
        ),
        FaultRow(
            "[log]\nlevel = \"trace\"",
            "2:9: error: log.level: \"trace\" is not one of \"debug\", \"info\", \"warning\", \"error\"",
        ),
        FaultRow(
            "[log]\nformat = \"xml\"",
            "2:10: error: log.format: \"xml\" is not one of \"text\", \"json\""
        ),
        FaultRow(
            "[log]\naccess = \"yes\"",
            "2:10: error: log.access: \"yes\" is a string; true or false is needed"
        ),
    ]
}

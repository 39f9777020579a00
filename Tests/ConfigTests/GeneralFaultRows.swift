extension FaultRow {
    /// Faults that belong to no key.
    static let ofNoKey = [
        FaultRow(
            "[server]\nwrokers = 2",
            "2:1: error: unknown key 'wrokers' in [server]; did you mean 'workers'?"
        ),
        FaultRow("[server]\nfrobnicate = 2", "2:1: error: unknown key 'frobnicate' in [server]"),
        FaultRow("[servr]", "1:2: error: unknown section or key 'servr'; did you mean [server]?"),
        FaultRow("[cache]\nenabled = true", "1:2: error: unknown section or key 'cache'"),
        FaultRow("[auth]\nkey = 1", "2:1: error: unknown key 'key' in [auth]; did you mean 'keys'?"),
        FaultRow(
            "[[listeners]]\nhttp2 = \"x\"",
            "2:1: error: unknown key 'http2' in [[listeners]]",
        ),
        FaultRow(
            "[providers.p]\ntype = \"echo\"\nprioriy = 1",
            "3:1: error: unknown key 'prioriy' in [providers.p]; did you mean 'priority'?",
        ),
        FaultRow("server = 1", "1:10: error: server: must be one table, written [server]"),
        FaultRow("[[server]]", "1:1: error: server: must be one table, written [server]"),
        FaultRow(
            "[log]\nlevel = \"${NO_SUCH}\"",
            "2:9: error: log.level: environment variable 'NO_SUCH' is not set",
        ),
        FaultRow(
            "[log]\nlevel = \"${a b}\"",
            "2:9: error: log.level: 'a b' is not the name of an environment variable; write '$${' for a plain '${'",
        ),
        FaultRow(
            "[log]\nlevel = \"${HOME\"",
            "2:9: error: log.level: '${' without '}'; write '$${' for a plain '${'",
        ),
        FaultRow(
            "[server]\nworkers = 99\ndebug = maybe\n[log]\nlevel = 1\n[bridg]",
            "2:11: error: server.workers: 99 is out of range (0 to 64)",
            "3:9: error: 'maybe' is not a value; strings need quotes",
            "5:9: error: log.level: 1 is an integer; one of \"debug\", \"info\", \"warning\", \"error\" is needed",
            "6:2: error: unknown section or key 'bridg'; did you mean [bridge]?",
        ),
    ]
}

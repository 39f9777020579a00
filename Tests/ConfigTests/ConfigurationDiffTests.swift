import Config
import Testing

@Suite
struct ConfigurationDiffTests {
    @Test
    func `nothing differs from itself`() {
        #expect(Sample.everyField.diff(from: Sample.everyField) == [])
    }

    @Test(arguments: [
        ("", "[server]\nworkers = 4", ["server.workers: 0 → 4"]),
        ("[log]\nlevel = \"debug\"", "", ["log.level: \"debug\" → \"info\""]),
        ("", "[server]\nidle_timeout = \"1500ms\"", ["server.idle_timeout: \"75s\" → \"1500ms\""]),
        ("", "[server]\nrequest_body_limit = \"1000\"", ["server.request_body_limit: \"10MiB\" → \"1000\""]),
        ("", "[bridge]\nlisten = \"\"", ["bridge.listen: \"127.0.0.1:8787\" → \"\""]),
        (
            "", "[[listeners]]\naddress = \"unix:s\"",
            ["listeners.main.address: \"127.0.0.1:8788\" → \"unix:s\""]
        ),
        ("", "[[listeners]]\nname = \"x\"", ["listeners.main: removed", "listeners.x: added"]),
        ("", "[[listeners]]\ngroups = [\"manage\"]", ["listeners.main.groups: [\"*\"] → [\"manage\"]"]),
        ("", "[models.\"gpt-4.1\"]", ["models.\"gpt-4.1\": added"]),
        ("[models.m]", "[models.m]\ncontext_length = 9", ["models.m.context_length: not set → 9"]),
        ("[models.a]\n[models.b]", "[models.b]\n[models.a]", ["models: order changed"]),
        ("", "[control]\nadmin = [\"uid:5\", \"gid:6\"]", ["control.admin: [] → [\"uid:5\", \"gid:6\"]"]),
    ])
    func `every change is one line`(old: String, new: String, lines: [String]) throws {
        let before = try valid(old).configuration
        let after = try valid(new).configuration

        #expect(after.diff(from: before) == lines)
    }

    @Test
    func `a changed key shows no digest`() throws {
        let lines = try ["1", "2"].map { digit in
            try valid("[[auth.keys]]\nname = \"k\"\nsha256 = \"\(String(repeating: digit, count: 64))\"")
        }

        #expect(lines[1].configuration.diff(from: lines[0].configuration) == ["auth.keys.k.sha256: changed"])
    }

    @Test
    func `an expiry is shown as a date`() throws {
        let texts = ["2027-01-31", "1969-12-31T23:59:59Z"].map {
            "[[auth.keys]]\nname = \"k\"\nkey_env = \"K\"\nexpires = \($0)"
        }
        let configurations = try texts.map { try valid($0).configuration }

        #expect(
            configurations[1].diff(from: configurations[0]) == [
                "auth.keys.k.expires: 2027-01-31T00:00:00Z → 1969-12-31T23:59:59Z"
            ]
        )
    }

    @Test
    func `every field that differs gives a line`() {
        let lines = Sample.everyField.diff(from: Configuration())

        let named = ConfigurationKey.all.filter {
            !$0.section.contains("NAME") && !$0.section.hasPrefix("[[")
        }
        for key in named where key.name != "token_file" {
            #expect(lines.contains { $0.contains(".\(key.name): ") }, "\(key.name)")
        }
    }
}

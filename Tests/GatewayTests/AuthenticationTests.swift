import Config
import Gateway
import Testing

struct AuthenticationTests {
    static func key(_ name: String, _ secrets: String..., expires: Int? = nil) -> Configuration.Auth.Key {
        let source = KeySource.digests(secrets.map { Secret($0.utf8).digest })
        var key = Configuration.Auth.Key(name: name, source: source)
        key.expires = expires
        key.models = .only(["m"])
        key.scopes = [.inference, .admin]
        return key
    }

    let keyring = Keyring(keys: [
        key("first", "one"), key("rotated", "old", "new"), key("late", "late", expires: 1000),
        Configuration.Auth.Key(name: "unread", source: .environment("KEY")),
        Configuration.Auth.Key(name: "bad", source: .digests(["abc", String(repeating: "g", count: 64)])),
    ])

    private func principal(_ lines: [String], header: String? = nil, required: Bool = true) throws
        -> Principal
    {
        var all = lines
        all += Array(repeating: "X-Other: 1", count: 4 - lines.count)
        let head = try head("POST", "/", all[0], all[1], all[2], all[3])
        return try Authentication.principal(
            for: head,
            header: header,
            keyring: keyring,
            required: required,
            now: 500
        )
    }

    @Test(arguments: [
        (["Authorization: Bearer one"], "first"), (["authorization: bEaReR one"], "first"),
        (["Authorization: Bearer   one "], "first"), (["X-API-Key: one"], "first"),
        (["api-key: one"], "first"),
        (["Authorization: Bearer old"], "rotated"), (["Authorization: Bearer new"], "rotated"),
        (["X-Gate: late"], "late"), (["Authorization: Bearer one", "x-api-key: one"], "first"),
        (["Authorization: Basic b25l", "x-api-key: one"], "first"),
        (["Authorization: Bearer", "api-key: one"], "first"),
        (["Authorization: Bearer one", "Authorization: Bearer one"], "first"),
    ])
    func `a key is found in every field that may carry it`(lines: [String], name: String) throws {
        let principal = try principal(lines, header: "x-gate")
        #expect(principal.keyID == name)
        #expect(principal.models.contains("m"))
        #expect(!principal.models.contains("n"))
        #expect(!principal.agentModels.contains("m"))
        #expect(principal.scopes == [.inference, .admin])
    }

    @Test(arguments: [
        [], ["Authorization: Bearer wrong"], ["Authorization: one"], ["Authorization: Basic one"],
        ["Authorization: Bearer"], ["Authorization: Bearer "], ["x-api-key:"], ["X-Gate: one"],
        ["Authorization: Bearerone"], ["Authorization: Bearer one two"],
        ["Cookie: one"], ["Authorization: Bearer ONE"],
    ])
    func `anything but a known key is refused`(lines: [String]) {
        #expect(throws: GatewayError.unauthorized) { try principal(lines) }
    }

    @Test(arguments: [
        ["Authorization: Bearer one", "x-api-key: new"], ["x-api-key: one", "api-key: wrong"],
        ["Authorization: Bearer one", "Authorization: Bearer new"], ["x-api-key: one", "X-API-KEY: two"],
        ["Authorization: Bearer one", "X-Gate: on"],
    ])
    func `two keys that differ are refused`(lines: [String]) {
        #expect(throws: GatewayError.conflictingCredentials) { try principal(lines, header: "X-Gate") }
    }

    @Test func `without need for a key anybody is anonymous`() throws {
        #expect(try principal([], required: false) == .anonymous)
        #expect(try principal(["Authorization: Bearer dummy"], required: false) == .anonymous)
        #expect(try principal(["Authorization: Bearer one"], required: false).keyID == "first")
        #expect(Principal.anonymous.models.contains("any"))
        #expect(!Principal.anonymous.agentModels.contains("any"))
        #expect(!Principal.anonymous.scopes.contains(.admin))
    }

    @Test(arguments: [(999, true), (1000, false), (1001, false)])
    func `a key expires`(now: Int, isValid: Bool) {
        #expect((keyring.principal(presenting: Array("late".utf8), now: now) != nil) == isValid)
    }

    @Test func `an empty secret and an empty keyring open nothing`() {
        #expect(keyring.principal(presenting: [], now: 0) == nil)
        #expect(Keyring(keys: []).principal(presenting: Array("one".utf8), now: 0) == nil)
    }

    @Test func `digests are read in either case`() {
        let digest = Secret("one".utf8).digest.uppercased()
        let keyring = Keyring(keys: [Configuration.Auth.Key(name: "k", source: .digests([digest]))])
        #expect(keyring.principal(presenting: Array("one".utf8), now: 0)?.keyID == "k")
    }
}

import Config
import Gateway
import Testing

@testable import BridgeProcess

@Suite struct AgentAdmissionTests {
    private let token = Secret("a token of an agent".utf8)

    @Test func `an agent gets the models that it wants, may serve and that are offered`() throws {
        let admission = AgentAdmission(configuration(may: .only(["a", "b"])))
        let models = try admission.admit(
            AgentIdentity(name: "a", token: token, models: ["a", "b", "c"]),
            now: 0
        )

        #expect(models == ["a"])
    }

    @Test func `a name that clients use is not the name that agents are asked for`() throws {
        var configuration = configuration(may: .all)
        var row = Configuration.Model(name: "alias")
        row.provider = "local"
        row.model = "real"
        configuration.models = [row]
        let models = try AgentAdmission(configuration).admit(
            AgentIdentity(name: "a", token: token, models: ["alias", "real"]),
            now: 0
        )

        #expect(models == ["real"])
    }

    @Test(arguments: [
        ("wrong", ["a"], "unauthorized"), (nil, ["a"], "unauthorized"),
        ("a token of an agent", ["b"], "model_not_allowed"),
        ("a token of an agent", ["unknown"], "model_not_allowed"),
    ])
    func `others are refused with the protocol's code`(token: String?, wanted: [String], code: String) {
        let admission = AgentAdmission(configuration(may: .only(["a", "unknown"])))
        let secret = token.map { Secret($0.utf8) }

        do throws(AgentAdmission.Refusal) {
            _ = try admission.admit(AgentIdentity(name: "a", token: secret, models: wanted), now: 0)
            Issue.record("was admitted")
        } catch {
            #expect(error.code == code)
            #expect(!error.message.contains("token of an agent"))
        }
    }

    private func configuration(may models: Configuration.Names) -> Configuration {
        var configuration = Configuration()
        var provider = Configuration.Provider(name: "local", type: .agent)
        provider.models = ["a"]
        configuration.providers = [provider]
        var key = Configuration.Auth.Key(name: "agent", source: .digests([token.digest]))
        key.agentModels = models
        configuration.auth.keys = [key]
        return configuration
    }
}

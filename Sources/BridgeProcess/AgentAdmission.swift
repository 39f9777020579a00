import Config
import Gateway

/// Which agents are let in, and for which models; decided by the configuration in force.
struct AgentAdmission {
    /// Why an agent is not let in: the protocol's code, and a sentence for its developer.
    struct Refusal: Error, Equatable {
        let code: String
        let message: String
    }

    /// The names that agents are asked for.
    let models: Set<String>
    private let keyring: Keyring

    init(_ configuration: Configuration) {
        let routes = configuration.servedModels.compactMap { configuration.route(for: $0) }
        models = Set(routes.filter { $0.provider.type.format == .agent }.map(\.modelName))
        keyring = Keyring(keys: configuration.auth.keys)
    }

    /// The models that an agent may serve, of those it wants to.
    func admit(_ identity: AgentIdentity, now: Int) throws(Refusal) -> [String] {
        let wanted = identity.models
        guard let token = identity.token, let principal = keyring.principal(presenting: token.bytes, now: now)
        else {
            throw Refusal(code: "unauthorized", message: "the token is missing or is no key of this gateway")
        }
        let allowed = wanted.filter { principal.agentModels.contains($0) }
        guard !allowed.isEmpty else {
            let names = wanted.joined(separator: ", ")
            throw Refusal(
                code: "model_not_allowed",
                message: "this key may not serve \(names); its agent_models in the configuration decide"
            )
        }
        let known = allowed.filter { models.contains($0) }
        guard !known.isEmpty else {
            let known = models.isEmpty ? "none" : models.sorted().joined(separator: ", ")
            throw Refusal(
                code: "model_not_allowed",
                message:
                    "no agent provider of the configuration offers \(allowed.joined(separator: ", ")); known: \(known)"
            )
        }
        return known
    }
}

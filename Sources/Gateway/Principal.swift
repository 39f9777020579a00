package import Config

/// What becomes of a request whose client has left.
package typealias OnAbort = Configuration.Auth.Key.OnAbort

/// A choice of models: all, or exact names.
package typealias ModelSet = Configuration.Names

/// On whose behalf a request is answered.
package struct Principal: Equatable, Sendable {
    /// The name of the key; nil: no key was asked for, and none that is known came.
    package let keyID: String?
    /// What may be done.
    package let scopes: ScopeSet
    /// The models that may be asked for.
    package let models: ModelSet
    /// The models that may be served as an agent.
    package let agentModels: ModelSet
    /// What becomes of a request when whoever sent it has left.
    package let onAbort: OnAbort

    /// Somebody with these rights.
    package init(
        keyID: String?,
        scopes: ScopeSet,
        models: ModelSet,
        agentModels: ModelSet,
        onAbort: OnAbort = .cancel,
    ) {
        self.keyID = keyID
        self.scopes = scopes
        self.models = models
        self.agentModels = agentModels
        self.onAbort = onAbort
    }

    /// Who asks where no key is required.
    package static let anonymous = Principal(
        keyID: nil,
        scopes: [.inference, .observe],
        models: .all,
        agentModels: .only([])
    )
}

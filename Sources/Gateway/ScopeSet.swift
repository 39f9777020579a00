package import Config

/// What a key may be used for.
package typealias Scope = Configuration.Auth.Key.Scope

/// Several scopes, asked for with every request.
package struct ScopeSet: Equatable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt8 = 0

    /// Those of a list.
    package init(_ scopes: [Scope]) {
        for scope in scopes { bits |= Self.bit(scope) }
    }

    package init(arrayLiteral scopes: Scope...) { self.init(scopes) }

    /// Whether it has that one.
    package func contains(_ scope: Scope) -> Bool { bits & Self.bit(scope) != 0 }

    private static func bit(_ scope: Scope) -> UInt8 {
        switch scope {
        case .inference: 1
        case .observe: 2
        case .admin: 4
        }
    }
}

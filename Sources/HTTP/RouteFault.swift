/// Why an endpoint table is wrong.
package enum RouteFault: Error, Equatable, Sendable {
    /// The pattern does not begin with "/", or has a segment that is neither literal nor `{name}`, a name twice, or
    /// `{name...}` elsewhere than at the end.
    case malformedPattern(String)
    /// Two rows of one group match the same requests.
    case duplicate(String)
    /// A WebSocket row whose method is not GET (RFC 6455 §4.1).
    case webSocketNotGet(String)
}

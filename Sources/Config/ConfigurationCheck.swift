/// The outcome of a check: a configuration, or every reason why there is none.
package enum ConfigurationCheck: Equatable, Sendable {
    /// The file can be used; the warnings, in file order, name what is probably not meant.
    case valid(Configuration, warnings: [ConfigurationFault])
    /// The file cannot be used: all faults, in file order.
    case invalid([ConfigurationFault])
}

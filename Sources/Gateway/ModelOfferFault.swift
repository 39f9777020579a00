/// Why it is not known which models a provider has.
package enum ModelOfferFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no connection to it, or none that lasted.
    case unreachable(reason: String)
    /// It took too long.
    case silent
    /// It answered with another status than 200.
    case refused(status: Int)
    /// The answer is longer than ``OfferedModels/byteLimit``.
    case tooLong
    /// The answer is not JSON.
    case notJSON
    /// The answer is JSON of another form.
    case noList
    /// The list has more names than ``OfferedModels/countLimit``.
    case tooMany

    package var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .silent: "no answer in time"
        case .refused(let status): "it answered with status \(status)"
        case .tooLong: "its list is longer than \(OfferedModels.byteLimit >> 20) MiB"
        case .notJSON: "its answer is not JSON"
        case .noList: "its answer is no list of models"
        case .tooMany: "its list has more than \(OfferedModels.countLimit) models"
        }
    }
}

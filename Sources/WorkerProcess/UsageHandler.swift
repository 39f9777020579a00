import Config
import Gateway
import HTTP
import IPC
import JSON
import Transport

/// `GET /v1/usage`: asks the store for sums.
///
/// A key sees its own usage; one that may observe sees everybody's.
final class UsageHandler {
    private static let patience = Duration.seconds(30)

    private let store: StandingLink

    init(_ store: StandingLink) { self.store = store }

    func answer(_ visit: Visit) async throws(GatewayError) {
        var query: UsageQuery
        do throws(FieldFault) {
            query = try UsageQuery { visit.exchange.head.queryValue($0) }
        } catch {
            throw .invalidFields([error])
        }
        if !visit.principal.scopes.contains(.observe) {
            guard query.key == nil || query.key == visit.principal.keyID else { throw .forbiddenScope }
            query.key = visit.principal.keyID
        }
        let data = try await sums(query)
        visit.json(
            JSONWriter.object {
                $0.member("object", "list")
                $0.member("data", raw: data)
            }
        )
    }

    private func sums(_ query: UsageQuery) async throws(GatewayError) -> ArraySlice<UInt8> {
        do throws(ChildFault) {
            return try await store.ask("usage", query.serialized(), atMost: Self.patience)["data"]?.raw ?? []
        } catch {
            throw .usageUnavailable(error.description)
        }
    }
}

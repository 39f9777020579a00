import Config
import Gateway
import HTTP
import JSON
import Transport

extension Visit {
    /// The body, whole.
    ///
    /// - Throws: `.unsupportedMediaType`, `.requestTooLarge`, `.malformedRequest`.
    func body(_ site: Site) async throws(GatewayError) -> [UInt8] {
        if isMultipart { throw .unsupportedMediaType }
        do throws(BodyError) {
            return try await exchange.body()
        } catch {
            switch error {
            case .refused(let refusal) where refusal.status == 413:
                throw .requestTooLarge(limit: site.configuration.server.requestBodyLimit)
            case .refused(let refusal):
                throw .malformedRequest(status: refusal.status, reason: refusal.reason)
            case .disconnected:
                throw .malformedRequest(status: 400, reason: "the body ended before its length")
            }
        }
    }

    /// Programs send JSON under many names, but never in parts.
    private var isMultipart: Bool {
        guard let type = exchange.head.fields.bytes(of: "content-type") else { return false }
        return zip(type, "multipart/".utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 } && type.count >= 10
    }
}

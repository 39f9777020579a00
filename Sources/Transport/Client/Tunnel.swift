import Events
import HTTP
import Posix

/// Asks a proxy for a connection to somebody else.
///
///     CONNECT api.example.com:443 HTTP/1.1\r\n
///     host: api.example.com:443\r\n
///     \r\n
///
/// - Source: RFC 9110 §9.3.6.
enum Tunnel {
    /// Opens one through a connection to the proxy, within the stream's deadline.
    static func open(_ stream: ByteStream, to url: UpstreamURL, _ proxy: ProxyRules.Proxy)
        async throws(UpstreamFault)
    {
        let place = "\(url.host):\(url.port)"
        var request = "CONNECT \(place) HTTP/1.1\r\nhost: \(place)\r\n"
        if let authorization = proxy.authorization {
            request += "proxy-authorization: \(authorization)\r\n"
        }
        do throws(StreamError) {
            try await stream.write(Array("\(request)\r\n".utf8))
        } catch {
            throw fault(error)
        }
        let status = try await status(stream)
        guard (200..<300).contains(status) else { throw .proxyRefused(status: status) }
    }

    private static func status(_ stream: ByteStream) async throws(UpstreamFault) -> Int {
        let input = stream.makeInput()
        var parser = ResponseParser(limits: HTTPLimits())
        // As with HEAD, nothing follows the head.
        parser.begin(answering: .head)
        while true {
            var position = 0
            do throws(HTTPFault) {
                while case .head(let head)? = try parser.next(input.unread, position: &position) {
                    if !head.isInterim { return head.status }
                }
            } catch {
                throw .malformed(error)
            }
            input.consume(position)
            do throws(StreamError) {
                if try await stream.read(into: input) == 0 { throw StreamError.closed }
            } catch {
                throw fault(error)
            }
        }
    }

    private static func fault(_ error: StreamError) -> UpstreamFault {
        switch error {
        case .timedOut: .connectTimeout
        case .closed, .failed, .truncated, .tls: .unreachable("the proxy closed the connection")
        }
    }
}

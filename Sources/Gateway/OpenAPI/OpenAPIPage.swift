package import Config
import HTTP

/// The body of `/docs`: the endpoints that a listener shows, for people.
package enum OpenAPIPage {
    /// The page, in HTML.
    package static func html(_ groups: [Configuration.Listener.Group]) -> [UInt8] {
        let rows = OpenAPI.rows(groups).map { row in
            let key = row.scopes.isEmpty ? "none" : row.scopes.map(\.rawValue).joined(separator: " or ")
            return "<tr><td><code>\(row.method.name)</code></td><td><code>\(row.path)</code></td>"
                + "<td>\(row.endpoint.operation.summary)</td><td>\(key)</td></tr>\n"
        }
        return Array(
            """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Gatehouse: endpoints</title></head>
            <body>
            <h1>Endpoints</h1>
            <p>The whole description: <a href="/openapi.json">/openapi.json</a></p>
            <table border="1" cellpadding="6" cellspacing="0">
            <tr><th align="left">Method</th><th align="left">Path</th><th align="left">What it gives</th>
            <th align="left">Scope of the key</th></tr>
            \(rows.joined())</table>
            </body>
            </html>

            """.utf8
        )
    }
}

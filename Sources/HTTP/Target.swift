/// Where the parts of a request target lie in the bytes of its head.
///
/// `GET http://host:80/a/b?c=d HTTP/1.1` has whole 4..<26, authority 11..<18, path 18..<22, query 23..<26;
/// `/a/b` has neither authority nor query.
struct Target {
    var whole = ByteRange(0..<0)
    var path = ByteRange(0..<0)
    var authority: ByteRange?
    var query: ByteRange?
}

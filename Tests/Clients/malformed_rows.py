"""Requests that must be refused: (bytes, section, status); 9110 and 9112 are HTTP, 3986 URIs, 8259 JSON."""


def get(target="/livez", version="HTTP/1.1", method="GET", host="Host: 127.0.0.1\r\n", fields=""):
    return f"{method} {target} {version}\r\n{host}{fields}\r\n".encode("latin-1")


def line(text):
    return get(fields=text + "\r\n")


def host(value):
    return get(host=f"Host:{value}\r\n")


def chunked(body):
    return (
        get("/v1/chat/completions", method="POST", fields="Transfer-Encoding: chunked\r\nx-api-key: KEY\r\n")
        + body
    )


LINES = [
    (b"GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n", "9112 §2.2, LF alone", 400),
    (b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\rX: y\r\n\r\n", "9112 §2.2, CR alone", 400),
    (b"\r\n\r\n\r\n\r\n\r\nGET /livez HTTP/1.1\r\n", "9112 §2.2, empty lines", 400),
    (b"\x00GET /livez HTTP/1.1\r\n\r\n", "9112 §3, NUL", 400),
    (b"GET /livez\r\n\r\n", "1945 §4.1, HTTP/0.9", 400),
    (get(method="GE(T"), "9110 §9.1, method", 400),
    (get(method=" GET"), "9112 §3, leading space", 400),
    (get(target="/a b"), "9112 §3.2, space in target", 400),
    (get(target="/a#b"), "3986 §3.5, fragment", 400),
    (get(target="/\xff"), "3986 §2, byte above 7F", 400),
    (get(target="/a\\b"), "3986 §3.3, backslash", 400),
    (get(target="/%zz"), "3986 §2.1, percent", 400),
    (get(target="/%00"), "3986 §7.3, NUL", 400),
    (get(target="/%c0%ae"), "3629 §3, overlong", 400),
    (get(target="/a/../b"), "3986 §3.3, dot segment", 403),
    (get(target="/a/%2e%2E/b"), "3986 §6.2.2, encoded dots", 403),
    (get(target="index.html"), "9112 §3.2, relative", 400),
    (get(target="*"), "9112 §3.2.4, asterisk", 400),
    (get(target="http://other/livez"), "9112 §3.2.2, other host", 400),
    (get(target="http://u:p@127.0.0.1/livez"), "9110 §4.2.4, user", 400),
    (get(target="/" + "a" * 9000), "9112 §3, long target", 414),
    (get(method="CONNECT", target="a:443"), "9110 §9.3.6", 501),
    (get(version="HTTP/1.1 "), "9112 §2.3, blank behind", 400),
    (get(version="http/1.1"), "9112 §2.3, lower case", 400),
    (get(version="HTTP/2.0"), "9110 §2.5", 505),
    (get(version="HTTP/0.9"), "9110 §2.5", 505),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "9113 §3.4", 505),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "8446 §4, TLS hello", 400),
]

FIELDS = [
    (line(" folded"), "9112 §5.2, folding", 400),
    (line("X : y"), "9112 §5.1, space before colon", 400),
    (line(": y"), "9110 §5.1, no name", 400),
    (line("X"), "9112 §5, no colon", 400),
    (line("X(Y): z"), "9110 §5.6.2, name", 400),
    (line("X: a\x00b"), "9110 §5.5, NUL", 400),
    (line("X: a\x1b[31m"), "9110 §5.5, escape", 400),
    (line("X: a\x7fb"), "9110 §5.5, DEL", 400),
    (line("Expect: 200-ok"), "9110 §10.1.1", 417),
    (get(host=""), "9112 §3.2, no Host", 400),
    (line("Host: 127.0.0.1"), "9112 §3.2, two Hosts", 400),
    (host(" a b"), "9110 §7.2, blank in Host", 400),
    (host(" 127.0.0.1:x"), "9110 §7.2, port", 400),
    (host(" [::1"), "3986 §3.2.2, bracket", 400),
    (host(" u@127.0.0.1"), "9110 §7.2, user", 400),
    (line("X: " + "a" * 40_000), "6585 §5, long field", 431),
    (line("\r\n".join(f"X{number}: y" for number in range(200))), "6585 §5, many fields", 431),
]

FRAMING = [
    (line("Content-Length: 5\r\nContent-Length: 6"), "9112 §6.3, two lengths", 400),
    (line("Content-Length: 5\r\nContent-Length: 5"), "9112 §6.3, length twice", 400),
    (line("Content-Length: 5, 5"), "9110 §8.6, list", 400),
    (line("Content-Length: +5"), "9110 §8.6, sign", 400),
    (line("Content-Length: 0x5"), "9110 §8.6, hexadecimal", 400),
    (line("Content-Length:"), "9110 §8.6, nothing", 400),
    (line("Content-Length: 99999999999999999999"), "9110 §8.6, overflow", 400),
    (line("Content-Length: 99999999999"), "9110 §15.5.14, too large", 413),
    (line("Content-Length: 5\r\nTransfer-Encoding: chunked"), "9112 §6.1, both", 400),
    (line("Transfer-Encoding: gzip"), "9112 §6.1, gzip", 501),
    (line("Transfer-Encoding: chunked, chunked"), "9112 §6.1, twice", 501),
    (line("Transfer-Encoding: xchunked"), "9112 §6.1, unknown", 501),
    (get(version="HTTP/1.0", fields="Transfer-Encoding: chunked\r\n"), "9112 §6.1, HTTP/1.0", 400),
    (chunked(b"+5\r\nhello\r\n0\r\n\r\n"), "9112 §7.1, sign", 400),
    (chunked(b"0x5\r\nhello\r\n0\r\n\r\n"), "9112 §7.1, prefix", 400),
    (chunked(b"5\r\nhelloworld"), "9112 §7.1, no end", 400),
    (chunked(b"5\nhello\r\n"), "9112 §2.2, LF alone", 400),
    (chunked(b"FFFFFFFFFFFFFFFF\r\n"), "9112 §7.1, overflow", 400),
    (chunked(b"7FFFFFFFFFFFFFFF\r\n"), "9110 §15.5.14, too large", 413),
    (chunked(b'5;a="b\r\nhello\r\n'), "9112 §7.1.1, extension", 400),
    (chunked(b"0\r\nX : y\r\n\r\n"), "9112 §7.1.2, trailer", 400),
    (chunked(b"0\r\n" + b"X: y\r\n" * 200 + b"\r\n"), "6585 §5, trailers", 431),
]

# Bodies of chat requests, for which the connection may go on.
BODIES = [
    (b"", "8259 §2, nothing", 400),
    (b"{", "8259 §4, no end", 400),
    (b'{"model":"echo",}', "8259 §4, trailing comma", 400),
    (b'{"model" "echo"}', "8259 §4, no colon", 400),
    (b"{model:1}", "8259 §4, bare name", 400),
    (b"{'model':1}", "8259 §7, quotes", 400),
    (b'{"model":01}', "8259 §6, leading zero", 400),
    (b'{"model":1.}', "8259 §6, no fraction", 400),
    (b'{"model":+1}', "8259 §6, plus", 400),
    (b'{"model":NaN}', "8259 §6, NaN", 400),
    (b'{"model":Infinity}', "8259 §6, infinity", 400),
    (b'{"model":"\x01"}', "8259 §7, control character", 400),
    (b'{"model":"\\x41"}', "8259 §7, escape", 400),
    (b'{"model":"\\u00g0"}', "8259 §7, hexadecimal", 400),
    (b'{"model":"echo"} x', "8259 §2, text behind", 400),
    (b"/* c */ {}", "8259 §2, comment", 400),
    (b"\xef\xbb\xbf{}", "8259 §8.1, byte order mark", 400),
    (b"[]", "8259 §5, an array", 400),
    (b'"echo"', "8259 §7, a string", 400),
    (b"null", "8259 §3, null", 400),
    (b"[" * 200 + b"]" * 200, "8259 §9, depth", 400),
    (b'{"a":' * 200 + b"1" + b"}" * 200, "8259 §9, depth", 400),
    (b'{"model":"\xff"}', "3629 §3, FF", 400),
    (b'{"model":"\x80"}', "3629 §3, lone continuation", 400),
    (b'{"model":"\xc0\x80"}', "3629 §3, overlong", 400),
    (b'{"model":"\xe2\x82"}', "3629 §3, cut", 400),
    (b'{"model":"\xed\xa0\x80"}', "3629 §3, surrogate", 400),
    (b'{"model":"\xf4\x90\x80\x80"}', "3629 §3, beyond 10FFFF", 400),
    (b"\xff\xfe{\x00}\x00", "8259 §8.1, UTF-16", 400),
]

import JSON
import Posix

/// A recording as a file: JSON Lines.
///
///     {"recording":1,"at":"2026-11-21T22:15:30.123456Z","provider":"openai","id":"req-…","method":"POST",
///      "target":"/v1/chat/completions","fields":{"accept":"*/*"},"asks_for_usage":false,"text":"{\"model\":…}"}
///     {"us":1234,"text":"HTTP/1.1 200 OK\r\ncontent-type: …"}
///     {"us":5678,"base64":"44E="}
///     {"end":"complete","us":5700,"status":200,"bytes":1234}
///
/// The first is one line. `us` are microseconds since the request had gone out; `text` is UTF-8, `base64` what is none.
package enum RecordingFile {
    /// Why a file is no recording.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let line: Int
        package let reason: String

        package var description: String { "line \(line) \(reason)" }
    }

    /// What its name ends with.
    package static let suffix = ".jsonl"
    private static let version = 1
    private static let newline = UInt8(ascii: "\n")

    /// The file's bytes.
    package static func serialized(_ recording: Recording) -> [UInt8] {
        var output = head(recording.request)
        output.append(newline)
        var start = 0
        for piece in recording.pieces {
            output += JSONWriter.object {
                $0.member("us", piece.microseconds)
                write(recording.answer[start..<piece.end], to: &$0)
            }
            output.append(newline)
            start = piece.end
        }
        output += JSONWriter.object {
            $0.member("end", recording.end.rawValue)
            $0.member("us", recording.endedAfter)
            $0.member("status", recording.content.status)
            $0.member("bytes", recording.answer.count)
        }
        output.append(newline)
        return output
    }

    /// The file's name, by which recordings are in the order of their time.
    package static func name(_ request: RecordedRequest) -> String {
        let time = request.at.filter { $0 != "-" && $0 != ":" }
        return "\(time)-\(request.id)\(suffix)"
    }

    private static func head(_ request: RecordedRequest) -> [UInt8] {
        JSONWriter.object {
            $0.member("recording", version)
            $0.member("at", request.at)
            $0.member("provider", request.provider)
            $0.member("id", request.id)
            $0.member("method", request.method)
            $0.member("target", request.target)
            $0.member(
                "fields",
                object: { for field in request.fields { $0.member(field.name, field.value) } }
            )
            $0.member("asks_for_usage", request.asksForUsage)
            write(request.body[...], to: &$0)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to writer: inout JSONWriter) {
        if let text = String(validating: bytes, as: UTF8.self) {
            writer.member("text", text)
        } else {
            writer.member("base64", Base64.encoded(bytes))
        }
    }

    // MARK: Reading

    /// The recording in a file.
    package static func parse(_ file: [UInt8]) throws(Fault) -> Recording {
        var lines = file.split(separator: newline, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count >= 2 else { throw Fault(line: 1, reason: "is not the whole of a recording") }
        var recording = Recording(try request(try object(lines[0], 1)))
        for (index, line) in lines.enumerated().dropFirst().dropLast() {
            let piece = try object(line, index + 1)
            guard let time = piece["us"]?.int, time >= 0, let bytes = bytes(of: piece) else {
                throw Fault(line: index + 1, reason: "has no 'us', or neither 'text' nor 'base64'")
            }
            recording.answer += bytes
            recording.pieces.append(Recording.Piece(microseconds: time, end: recording.answer.count))
        }
        let last = try object(lines[lines.count - 1], lines.count)
        guard let end = last["end"]?.string.flatMap(Recording.End.init), let time = last["us"]?.int, time >= 0
        else { throw Fault(line: lines.count, reason: "does not say how it ended") }
        (recording.end, recording.endedAfter) = (end, time)
        return recording
    }

    private static func object(_ line: ArraySlice<UInt8>, _ number: Int) throws(Fault) -> JSONValue {
        guard let root = try? JSONDocument(parsing: Array(line)).root, root.kind == .object else {
            throw Fault(line: number, reason: "is no JSON object")
        }
        return root
    }

    private static func request(_ head: JSONValue) throws(Fault) -> RecordedRequest {
        guard head["recording"]?.int == version else {
            throw Fault(line: 1, reason: "does not say \"recording\": \(version)")
        }
        guard let target = head["target"]?.string, let body = bytes(of: head) else {
            throw Fault(line: 1, reason: "has no 'target', or neither 'text' nor 'base64'")
        }
        var request = RecordedRequest(
            at: head["at"]?.string ?? "",
            provider: head["provider"]?.string ?? "",
            id: head["id"]?.string ?? "",
            target: target,
            body: body,
            asksForUsage: head["asks_for_usage"]?.bool ?? false
        )
        request.method = head["method"]?.string ?? "POST"
        if let fields = head["fields"] {
            request.fields = fields.members.map { .init(name: $0.name, value: $0.value.string ?? "") }
        }
        return request
    }

    private static func bytes(of line: JSONValue) -> [UInt8]? {
        if let text = line["text"]?.string { return Array(text.utf8) }
        return line["base64"]?.string.flatMap { Base64.decoded($0.utf8) }
    }
}

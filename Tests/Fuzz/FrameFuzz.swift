import JSON

@testable import IPC

/// Every message of every link, and frames of data links.
let seeds: [[UInt8]] = {
    let encoder = JSONMessageEncoder()
    var payloads = MessageRows.commands.compactMap { try? encoder.encode($0.message) }
    payloads += MessageRows.reports.compactMap { try? encoder.encode($0) }
    payloads += MessageRows.requests.compactMap { try? encoder.encode($0) }
    payloads += MessageRows.replies.compactMap { try? encoder.encode($0) }
    payloads += [
        #"{"hello":{"version":1,"role":"worker","slot":0,"generation":1,"nonce":"0f"}}"#,
        #"{"welcome":{"version":1,"role":"bridge","slot":0,"generation":1,"nonce":"0f"}}"#,
        #"{"id":1,"open":"model","head":{"wait":1500},"body":{"a":[1]}}"#,
        #"{"id":1,"chunk":{"delta":{"content":"x"}}}"#, #"{"id":1,"part":"abc"}"#, #"{"id":1,"end":null}"#,
        #"{"id":1,"error":{"code":"c","message":"m"}}"#, #"{"id":1,"cancel":true}"#,
        #"{"id":1,"credit":65536}"#, #"{"leave":true}"#,
    ].map { Array($0.utf8) }
    return payloads + payloads.map(Frame.framed) + [payloads.suffix(10).flatMap(Frame.framed)]
}()

/// Frames, whole and in pieces; and all of the input as the payload of one, which is what fuzzing finds otherwise late.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let readings = input.divisions.map { FrameReading(input, $0) }
    for reading in readings.dropFirst() {
        expect(reading == readings[0], "in pieces: \(reading)\nwhole: \(readings[0])")
    }
    for payload in [input.bytes] + readings[0].payloads {
        readDataFrame(payload)
        guard let document = try? JSONDocument(parsing: payload) else { continue }
        expectSameAgain(ChildCommand.self, document.root)
        expectSameAgain(ChildReport.self, document.root)
        expectSameAgain(ControlRequest.self, document.root)
        expectSameAgain(ControlReply.self, document.root)
    }
    return 0
}

private struct FrameReading: Equatable {
    var payloads: [[UInt8]] = []
    var fault: FrameError?

    init(_ input: FuzzInput, _ ends: [Int]) {
        _ = input.feed(ends) { bytes in
            var rest = bytes
            do throws(FrameError) {
                while let range = try Frame.next(in: rest, limit: 4096) {
                    expect(range.lowerBound == 4 && (2...4096).contains(range.count), "\(range)")
                    payloads.append(Array(UnsafeRawBufferPointer(rebasing: rest[range])))
                    rest = UnsafeRawBufferPointer(rebasing: rest[range.upperBound...])
                }
            } catch {
                fault = error
            }
            return (bytes.count - rest.count, fault == nil)
        }
    }
}

/// A message that can be read can be written, and means the same.
private func expectSameAgain<Message: Codable & Equatable>(_ type: Message.Type, _ root: JSONValue) {
    guard let message = try? JSONMessageDecoder().decode(type, from: root) else { return }
    do throws(JSONCodingError) {
        let again = try JSONMessageDecoder().decode(type, from: try JSONMessageEncoder().encode(message))
        expect(again == message, "\(message)\nbecame \(again)")
    } catch {
        fatalError("\(message): \(error)")
    }
}

private func readDataFrame(_ payload: [UInt8]) {
    guard let frame = try? DataFrame(parsing: payload) else { return }
    switch frame {
    case .hello(let hello), .welcome(let hello): expect(hello.version.description.count > 0)
    case .open(_, _, let head, let body): expect(!head.raw.isEmpty && !body.raw.isEmpty)
    case .chunk(_, let value), .end(_, let value): expect(!value.raw.isEmpty)
    case .part, .error, .cancel, .credit, .leave: break
    }
}

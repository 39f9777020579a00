import Testing

@testable import JSON

struct JSONErrorTests {
    @Test(arguments: [
        (JSONError.expectedCommaOrBrace(offset: 12), "expected ',' or '}' at offset 12"),
        (.expectedCommaOrBracket(offset: 1), "expected ',' or ']' at offset 1"),
        (.incomplete(offset: 0), "the text ends too early at offset 0"),
        (.tooDeep(offset: 128), "nested deeper than 128 at offset 128"),
    ])
    func `an error is a sentence with its place`(error: JSONError, sentence: String) {
        #expect(error.description == sentence)
    }
}

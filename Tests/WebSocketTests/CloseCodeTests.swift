import Testing
import WebSocket

@Suite struct CloseCodeTests {
    @Test(
        arguments: [
            (0, false), (1, false), (999, false), (1000, true), (1001, true), (1002, true), (1003, true),
            (1004, false),
            (1005, false), (1006, false), (1007, true), (1008, true), (1009, true), (1010, true),
            (1011, true),
            (1012, true), (1013, true), (1014, true), (1015, false), (1016, false), (2000, false),
            (2999, false),
            (3000, true), (3999, true), (4000, true), (4001, true), (4999, true), (5000, false),
            (65_535, false),
        ] as [(UInt16, Bool)]
    )
    func `only codes that may be sent are made and read`(code: UInt16, isValid: Bool) {
        let stream = Wire.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)])
        #expect((CloseCode(rawValue: code) != nil) == isValid)
        #expect(Wire.fault(stream) == (isValid ? nil : .closeCodeNotAllowed(code)))
    }

    @Test(arguments: [(0, 4000), (1, 4001), (255, 4255)] as [(UInt8, UInt16)])
    func `an application has its own codes`(number: UInt8, code: UInt16) {
        #expect(CloseCode.application(number) == CloseCode(rawValue: code))
    }
}

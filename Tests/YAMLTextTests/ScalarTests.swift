// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// How a plain scalar reads. `KubectlOracleTests` holds the same rows against kubectl itself.
@Suite struct ScalarTests {
    /// The text and the JSON it reads as; nil when it is refused.
    static let plain: [(text: String, json: JSON?)] = [
        ("", nil as JSON? ?? .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nUll", "nUll"),
        ("y", true), ("Y", true), ("yes", true), ("Yes", true), ("YES", true), ("on", true), ("On", true), ("ON", true),
        ("true", true), ("True", true), ("TRUE", true), ("n", false), ("N", false), ("no", false), ("No", false),
        ("NO", false), ("off", false), ("Off", false), ("OFF", false), ("false", false), ("False", false),
        ("FALSE", false), ("yEs", "yEs"), ("tRUE", "tRUE"), ("oN", "oN"), ("yess", "yess"), ("nope", "nope"),
        (".inf", nil), (".Inf", nil), (".INF", nil), ("+.inf", nil), ("-.inf", nil), ("+.INF", nil), ("-.Inf", nil),
        (".nan", nil), (".NaN", nil), (".NAN", nil), (".nAn", ".nAn"), (".iNf", ".iNf"), ("+.nan", "+.nan"),
        ("0777", 511), ("0o777", 511), ("0O17", 15), ("08", 8), ("09.5", 9.5), ("0x1F", 31), ("0X1f", 31),
        ("0xG", "0xG"),
        ("1_000", 1000), ("1__0", 10), ("_1", "_1"), ("1_", 1), ("0x_1", 1), ("-_5", -5), ("+1", 1), ("-1", -1),
        ("-0", 0),
        ("+0", 0), ("00", 0), ("0", 0), ("1.", 1), (".5", 0.5), ("-.5", -0.5), ("+.5e1", 5), ("1e3", 1000),
        ("12e03", 12000),
        ("1E-3", 0.001), ("12:30:45", "12:30:45"), ("1e400", "1e400"), (".5e400", ".5e400"), ("1e-400", 0), ("1.0", 1),
        ("-0.0", 0), ("2001-01-01", "2001-01-01"), ("2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"),
        ("0b101", 5), ("-0b11", -3), ("+0b11", 3), ("0B1", 1), ("0b12", "0b12"), ("0b", "0b"), ("0b+1", 1),
        ("0b-1", -1),
        ("-0b-1", "-0b-1"), ("0x", "0x"), ("0o", "0o"), ("0o8", "0o8"), ("-0x1F", -31), ("-0o17", -15), ("=", "="),
        ("<<", "<<"),
        ("-", nil), ("+", "+"), (".", "."), ("..", ".."), ("1.2.3", "1.2.3"), ("1e", "1e"), ("1e+", "1e+"),
        ("e5", "e5"),
        (".e5", ".e5"), (".5_0", 0.5), ("._5", "._5"), (".5_", ".5_"), (".5__0", ".5__0"), ("1_e3", 1000),
        ("1.5_0", 1.5),
        ("0.1", 0.1), ("1e21", 1e21), ("1e20", 1e20), ("123456789012345678", 123_456_789_012_345_678),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", 9223372036854775808.0),
        ("18446744073709551615", 18446744073709551615.0), ("18446744073709551616", 18446744073709551616.0),
        ("+9223372036854775808", 9223372036854775808.0), ("-9223372036854775809", -9223372036854775809.0),
        ("0xFFFFFFFFFFFFFFFF", 18446744073709551615.0), ("0x1FFFFFFFFFFFFFFFF", "0x1FFFFFFFFFFFFFFFF"),
        ("1234567890123456789.0", 1_234_567_890_123_456_800), ("0.0000001", 1e-7), ("1e2e3", "1e2e3"), ("1 2", "1 2"),
        ("100m", "100m"), ("1Gi", "1Gi"), ("64k", "64k"), ("1.5Gi", "1.5Gi"), ("v1.2", "v1.2"), ("1d", "1d"),
        ("0x1p3", "0x1p3"),
        ("1,000", "1,000"), ("٣", "٣"), ("infinity", "infinity"), ("nan", "nan"), ("Infinity", "Infinity"),
        ("~x", "~x"),
    ]

    @Test(arguments: plain)
    func `Y10: a plain scalar reads as kubectl reads it`(text: String, json: JSON?) {
        #expect((try? YAMLText.single("a: \(text)\n"))?["a"] == json)
    }

    static let tagged: [(text: String, json: JSON?)] = [
        ("!!str 1", "1"), ("!!str", ""), ("!!str null", "null"), ("!!float 1", 1), ("!!float 1.5", 1.5),
        ("!!float x", nil),
        ("!!int 5", 5), ("!!int \"5\"", 5), ("!!int x", nil), ("!!int 1.5", nil), ("!!bool yes", true),
        ("!!bool \"yes\"", true),
        ("!!bool 1", nil), ("!!null \"\"", .null), ("!!null ~", .null), ("!!null x", nil), ("! 12", "12"),
        ("! \"12\"", "12"),
        ("\"12\"", "12"), ("'true'", "true"), ("|\n  12", "12\n"), (">-\n  12", "12"), ("!!map {}", [:]),
        ("!!seq []", []),
        ("!!binary aGk=", nil), ("!!timestamp 2001-01-01", nil), ("!foo x", nil), ("!!set {a}", nil), ("!<x> [1]", nil),
    ]

    static let keys: [(text: String, key: String?)] = [
        ("1", "1"), ("0x10", "16"), ("true", "true"), ("y", "true"), ("off", "false"), ("1.5", "1.5"),
        ("1e5", "100000"),
        ("1e6", "1e+06"), ("1e-5", "1e-05"), ("1e39", ".inf"), (".inf", ".inf"), ("-.inf", "-.inf"), (".nan", ".nan"),
        ("123456789.5", "1.2345679e+08"), ("0.0001", "0.0001"), ("12.25", "12.25"), ("-2.5", "-2.5"), ("1.0", "1"),
        ("null", nil), ("~", nil), ("", nil), ("18446744073709551615", nil), ("? [a]\n", nil), ("? {a: b}\n", nil),
        ("'null'", "null"), ("'<<'", "<<"), ("a b", "a b"),
    ]
}

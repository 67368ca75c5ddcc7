# SPDX-License-Identifier: Apache-2.0
"""Values to call functions with: by type, and by what an argument means.

A value is text in PostgreSQL's form, without quotes.  The ends of each type are
among them, and what just fits no more.
"""

VALUES = {
    "bool": ["t", "f"],
    "int2": ["0", "1", "-1", "7", "32767", "-32768"],
    "int4": ["0", "1", "-1", "2", "3", "5", "12", "-7", "2147483647", "-2147483648"],
    "int8": ["0", "1", "-1", "2", "9", "20", "9223372036854775807"]
    + ["-9223372036854775808", "2147483648", "4294967296"],
    "float4": ["0", "-0", "1.5", "-2.25", "0.1", "3.4028235e38", "1e-45", "NaN"]
    + ["Infinity", "-Infinity", "16777217", "2147483648"],
    "float8": ["0", "-0", "0.5", "1", "-1", "2.5", "-3.5", "0.1", "100", "1e15"]
    + ["1.7976931348623157e308", "5e-324", "NaN", "Infinity", "-Infinity"]
    + ["9223372036854775807", "-45", "30", "123456.789"],
    "numeric": ["0", "0.00", "1", "-1", "1.5", "-2.50", "3.14159", "100", "1e-10"]
    + ["1234567890123456789012345678901234567890.5", "NaN", "Infinity"]
    + ["-Infinity", "99999.99999", "0.5", "-0.5", "2", "10", "1e40", "12.3400"],
    "text": ["", " ", "a", "ab", "abc", "Abc dEf", "é", "  x ", "%", "a,b,,c"]
    + ["1", "-1.50", "\\", "a\nb", "\U00010348z", "ß", "it's", '"q"', "abcabcabc"]
    + ["a_b", "ÄÖü", "x1y22z333", "{1,2}", "null", "2026-03-04", "e\u0301"],
    "varchar": ["", "v", "a b"],
    "bpchar": ["", "a", "a  ", "b"],
    "name": ["n", "some_name"],
    "bytea": ["", "\\x00", "\\xdeadbeef", "\\x6162", "abc", "\\xff"],
    "date": ["2026-01-31", "2024-02-29", "1999-12-31", "0001-01-01", "infinity"]
    + ["-infinity", "4713-11-24 BC", "5874897-12-31", "0044-03-15 BC"]
    + ["2000-01-01", "1970-01-01", "2026-07-04"],
    "time": ["00:00", "12:34:56.789", "23:59:59.999999", "24:00", "01:02:03"],
    "timestamp": ["2026-01-31 12:34:56.789", "2024-02-29", "infinity", "-infinity"]
    + ["294276-12-31 23:59:59.999999", "4713-11-24 BC", "1999-12-31 23:59:59.5"]
    + ["2000-01-01 00:00", "1969-12-31 23:59:59.999999", "0044-03-15 BC 10:00"]
    + ["2026-03-29 02:30", "2026-10-25 02:30"],
    "timestamptz": ["2026-01-31 12:34:56.789+00", "2024-02-29 23:00-05", "infinity"]
    + ["-infinity", "294276-12-31 23:59:59.999999+00", "4713-11-24 BC"]
    + ["2000-01-01 00:00+00", "1969-12-31 23:59:59.999999+00"]
    + ["2026-03-29 01:30+00", "2026-10-25 00:30+00", "1883-11-18 12:00+00"],
    "interval": ["0", "1 day", "-1 day", "1 mon", "1 year 2 mons -3 days 04:05:06.7"]
    + ["-00:00:00.000001", "178000000 years", "-178000000 years", "36:00"]
    + ["2147483647 days", "1 day -23:59:59", "15 minutes", "-5 mons 20 days"]
    + ["90 days", "0.5 mon", "1.7 days", "12 hours 30 minutes"],
    "uuid": ["00000000-0000-0000-0000-000000000000"]
    + ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "json": ['{"a": 1, "b": [1, null]}', "[1, 2.50, \"x\"]", "null", '"s"', "7"]
    + ['{"a": {"b": "c"}, "a": 2}', "[]", "{}", ' [ 1 , {"k" : true} ] '],
    "jsonpath": ["$", "strict $.a", "$.b[*] ? (@ > 1)", "$.** + 1", "$.a == 1",
        "-$[*]", "$[last].type()", "$.b.size()", "exists ($.b ? (@ == null))",
        "strict $.**{1 to 2}.x", "$[*] ? (@ like_regex \"^x\")", "$.a / 0"],
    "jsonb": ['{"a": 1, "b": [1, null]}', "[1, 2.50, \"x\"]", "null", '"s"', "7"]
    + ['{"a": {"b": "c"}, "aa": 2}', "[]", "{}", "[[1, 2], {\"k\": true}]", "1e3"],
    '"char"': ["a", "Z"],
    "oid": ["0", "1", "4294967295"],
    "int4[]": ["{}", "{1}", "{1,2,NULL,3}", "{{1,2},{3,4}}", "[0:2]={5,6,7}"],
    "text[]": ["{}", "{a}", '{a,NULL,"b c",""}', "{{a,b},{c,NULL}}", "{a,1,b,2}"],
    "numeric[]": ["{}", "{1.50,NULL}"],
    "date[]": ["{2026-01-31,infinity}"],
}

FIELDS = ["century", "day", "decade", "dow", "doy", "epoch", "hour", "isodow"]
FIELDS += ["isoyear", "julian", "microseconds", "millennium", "milliseconds"]
FIELDS += ["minute", "month", "quarter", "second", "timezone", "timezone_hour"]
FIELDS += ["timezone_minute", "week", "year", "fortnight", "DAYS", "Y"]

UNITS = ["microseconds", "milliseconds", "second", "minute", "hour", "day", "week"]
UNITS += ["month", "quarter", "year", "decade", "century", "millennium", "epoch"]
UNITS += ["Hours", "x"]

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "+03", "EST", "PST8PDT"]
ZONES += ["Asia/Kolkata", "<+0530>-5:30", "-5", "Nowhere/City", "utc", "CEST"]
ZONES += ["Australia/Lord_Howe", ""]

TIME_FORMATS = ["YYYY-MM-DD HH24:MI:SS.US", "Day, DD Month YYYY", "DY dd mon yy"]
TIME_FORMATS += ["FMDay FMDD FMMonth", "HH12:MI:SS AM", "hh:mi a.m.", "J", "Q", "WW"]
TIME_FORMATS += ["IYYY-IW-ID", "DDD", "CC", "RM rm", "SSSS", "MS", "TZ", "tz", "OF"]
TIME_FORMATS += ["YYYYTH", "DDth", '"quoted" YYYY', "Y,YYY", "BC ad", "TZH:TZM", ""]
TIME_FORMATS += ["FF3 FF6", "FX YYYY", "D", "W", "YYY Y", "I IY IYY", "IDDD", "x\\\"y"]

NUMBER_FORMATS = ["999", "9,999.99", "0000.00", "S999", "999MI", "PR999", "999PR"]
NUMBER_FORMATS += ["FM999.99", "RN", "FMRN", "9.99EEEE", "V99", "99V99", "L999"]
NUMBER_FORMATS += ["999th", "FM990.009", "SG99", "PL99", "99D99", "9G999", "", "B99"]
NUMBER_FORMATS += ["FM9999999999999999999.999999", "text", "\"q\"9", "9.9.9", "S9S"]

PATTERNS = ["a", "^a", "b$", "[a-c]+", "(a)(b)?", "(a|ab)(c|bcd)?", ".", "", "\\d+"]
PATTERNS += ["\\w", "a.*c", "(?i)AB", "[[:alpha:]]+", "x*", "(", "[", "a{2}", "b??"]
PATTERNS += ["^", "$", "\\m", "\\y", "[^a]", "(.)\\1", "a|b|c", "\\s", "*", "a{,2}"]

FLAGS = ["", "g", "i", "gi", "n", "x", "s", "q", "c", "z", "p", "w"]

LIKE_PATTERNS = ["", "%", "_", "a%", "%b%", "A_%", "\\%", "a\\", "%c", "__", "a\\_b"]

SIMILAR_PATTERNS = ["a%", "%(b|c)%", "_", "[a-b]+%", "", "a#\"b#\"c", "a{2}", "#"]

BYTE_FORMATS = ["hex", "base64", "escape", "HEX", "nothing"]

ENCODINGS = ["UTF8", "utf-8", "nothing"]

TEMPLATES = ["%s", "%I", "%L", "%1$s", "%-5s|", "%5s|", "%", "%5$s", "%%", "%s %s"]
TEMPLATES += ["%*s", "%x", "none", "%2$L %1$I", "%-3$s"]

PATHS = ["{a}", "{a,b}", "{0}", "{-1}", "{}", "{b,1}", "{NULL}", "{x,y}", "{1,0}"]

KEYS = ["a", "b", "aa", "", "0", "k"]

REPLACEMENTS = ["<\\&>", "\\1", "", "x", "\\\\", "\\9", "\\2\\1"]

NAME_PARTS = ["abc", "A b", "select", 'q"x', "", "1a", "schéma"]

# What the arguments of a function mean, where their type does not say it: the
# name, then a pool for each argument, None for any value of its type.
MEANINGS = {
    "date_part": [FIELDS],
    "extract": [FIELDS],
    "date_trunc": [UNITS, None, ZONES],
    "timezone": [ZONES],
    "make_timestamptz": [None] * 6 + [ZONES],
    "to_char": [None, None],  # by the type of the first: see probes.py
    "to_date": [["2026-03-04", "04 Mar 2026", "x", "20260304", "2026"], TIME_FORMATS],
    "to_number": [["12,454.8-", "-1.50", "", "$3", "1e3", "  42", "<7>"]]
    + [NUMBER_FORMATS],
    "regexp_count": [None, PATTERNS, None, FLAGS],
    "regexp_instr": [None, PATTERNS, None, None, None, FLAGS],
    "regexp_like": [None, PATTERNS, FLAGS],
    "regexp_match": [None, PATTERNS, FLAGS],
    "regexp_replace": [None, PATTERNS, REPLACEMENTS, FLAGS, None, FLAGS],
    "regexp_split_to_array": [None, PATTERNS, FLAGS],
    "regexp_substr": [None, PATTERNS, None, None, FLAGS],
    "encode": [None, BYTE_FORMATS],
    "decode": [["", "6162", "616", "YWI=", "a\\000b", "zz", "\\x"], BYTE_FORMATS],
    "convert_from": [None, ENCODINGS],
    "convert_to": [None, ENCODINGS],
    "format": [TEMPLATES],
    "~": [None, PATTERNS],
    "!~": [None, PATTERNS],
    "~*": [None, PATTERNS],
    "!~*": [None, PATTERNS],
    "~~": [None, LIKE_PATTERNS],
    "!~~": [None, LIKE_PATTERNS],
    "~~*": [None, LIKE_PATTERNS],
    "!~~*": [None, LIKE_PATTERNS],
    "like_escape": [LIKE_PATTERNS, ["\\", "#", "", "ab"]],
    "similar_to_escape": [SIMILAR_PATTERNS, ["\\", "#", "", "ab"]],
    "->": [None, KEYS],
    "->>": [None, KEYS],
    "?": [None, KEYS],
    "#>": [None, PATHS],
    "#>>": [None, PATHS],
    "#-": [None, PATHS],
    "jsonb_set": [None, PATHS],
    "jsonb_insert": [None, PATHS],
    "json_extract_path": [None, KEYS],
    "json_extract_path_text": [None, KEYS],
    "jsonb_extract_path": [None, KEYS],
    "jsonb_extract_path_text": [None, KEYS],
    "quote_ident": [NAME_PARTS],
    "unistr": [["\\0041", "\\+00E9x", "\\u00e9", "\\", "d\\0061t", "\\D800", "\\\\"]],
    "string_to_array": [None, [",", "", "b"], ["a", ""]],
    "split_part": [None, [",", "", "b"]],
}

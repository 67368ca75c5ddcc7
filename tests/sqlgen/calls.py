# SPDX-License-Identifier: Apache-2.0
"""Calls of functions and operators on columns, one rule for each of functions.def.

probes.py asks them with constants of any kind; here their arguments are values
that hardly any of them refuses, so that whole batches are computed.
"""

from expressions import KINDS, NUMBERS, RULES
from literals import KEYS, PATHS, UNITS, ZONES
from probes import ARRAY_NAMES, ELEMENT_NAMES, FUNCTIONS

# Fail for many arguments, or are rules of their own.
REFUSING = {
    "/", "%", "^", "<<", ">>", "acos", "acosd", "acosh", "array_fill",
    "array_position", "asin", "asind", "atanh", "chr", "convert_from",
    "convert_to", "date_bin", "decode", "div", "encode", "exp", "factorial",
    "format", "get_byte", "is_normalized", "json_build_object", "json_object",
    "jsonb_build_object", "jsonb_insert", "jsonb_object", "jsonb_set",
    "like_escape", "ln", "log", "log10", "make_date", "make_interval",
    "make_time", "make_timestamp", "make_timestamptz", "mod", "normalize",
    "overlaps", "pow", "power", "regexp_instr", "regexp_substr", "row_to_json",
    "set_byte", "similar_to_escape", "sqrt", "to_char", "to_date", "to_number",
    "to_timestamp", "trim_array", "unistr", "width_bucket", "|/", "#-", "-",
    "json_array_length", "jsonb_array_length", "split_part", "substring",
    "lpad", "rpad", "repeat", "regexp_count", "regexp_replace", "overlay",
    "array_append", "array_cat", "array_prepend", "array_replace",
}  # fmt: skip

FIELDS = {
    "date": ["year", "month", "day", "dow", "doy", "week", "quarter", "isoyear", "epoch"],
    "time": ["hour", "minute", "second", "epoch", "milliseconds"],
    "interval": ["year", "month", "day", "hour", "minute", "second", "epoch"],
}
FIELDS["timestamp"] = FIELDS["date"] + ["hour", "second", "microseconds", "julian"]
FIELDS["timestamptz"] = FIELDS["timestamp"] + ["timezone"]

PATTERNS = ["a", "^a", "b$", "[a-c]+", "(a)(b)?", ".", "", "\\d+", "a.*c", "x*"]
PATTERNS += ["[^a]", "\\m", "(.)\\1", "(a|ab)(c|bcd)?", "a|ab|abc", "(ab?|a)(bc?)"]

GOOD_ZONES = [zone for zone in ZONES if zone not in ("Nowhere/City", "")]
GOOD_UNITS = [unit for unit in UNITS if unit not in ("x", "epoch")]

# Templates by result; {kind} is an operand, {name!} one of a pool.
TEMPLATES = {
    "int4": ["regexp_count({text}, {pattern!})", "regexp_instr({text}, {pattern!})"]
    + ["regexp_instr({text}, {pattern!}, 1, 1, 1)", "strpos({text}, 'b')"]
    + ["width_bucket({float8}, -5, 5, 4)", "mod({int4}, 7)", "({int4} << 2)"],
    "int8": ["div({numeric}, 3)::int8", "({int8} >> 1)"],
    "text": ["regexp_replace({text}, {pattern!}, '<\\1>', 'g')"]
    + ["regexp_substr({text}, {pattern!}, 1, 1, 'i')", "lpad({text}, 5, 'xy')"]
    + ["repeat({text}, {int4} % 4)", "split_part({text}, 'b', 1)"]
    + ["to_char({timestamptz}, 'YYYY-MM-DD HH24:MI:SS Day Q WW')", "md5({text})"]
    + ["to_char({numeric}, 'S9G999D99')", "to_char({int4}, '00000')"]
    + ["to_char({float8}, '9.99EEEE')", "format('%s-%L-%I', {text}, {int4}, 'a b')"]
    + ["overlay({text} placing 'ZZ' from 2 for 1)", "trim(both 'a' from {text})"]
    + ["substring({text} from 2 for 2)", "substring({text} similar 'a#\"%#\"c' escape '#')"]
    + ["encode({bytea}, 'base64')", "normalize({text}, NFC)"],
    "date": ["to_date(to_char({date}, 'YYYYMMDD'), 'YYYYMMDD')"]
    + ["make_date(2024, 1 + abs({int4}) % 12, 3)"],
    "timestamptz": ["to_timestamp({int4})", "({timestamp} AT TIME ZONE {zone!})"]
    + ["date_bin('15 minutes', {timestamptz}, timestamptz '2001-01-01')"]
    + ["({timestamptz} + {interval})", "({timestamptz} - {interval})"],
    "timestamp": ["({timestamptz} AT TIME ZONE {zone!})", "({date} + {interval})"]
    + ["({date} + {time})", "({timestamp} + {interval})", "({date})::timestamp"],
    "interval": ["make_interval(1, 2, 0, {int4}, 0, 0, 0)", "({timestamptz} - {timestamptz})"]
    + ["({timestamp} - {timestamp})", "({interval} * {float8})", "({interval} / 2)"]
    + ["age({timestamptz}, {timestamptz})", "({time} - {time})", "(- {interval})"],
    "time": ["({timestamp})::time", "({time} + {interval})"],
    "numeric": ["sqrt(abs({numeric}))", "power(2, {int4} % 9)::numeric", "exp({numeric} % 3)"]
    + ["({numeric} / 3)", "({numeric} % 4)", "ln(abs({numeric}) + 1)"],
    "float8": ["sqrt(abs({float8}))", "({float8} / 4)", "power(abs({float8}), 0.5)"],
    "bool": ["({text} ~ {pattern!})", "({text} LIKE '%a_' ESCAPE '!')"]
    + ["(({date}, {interval}) OVERLAPS ({date}, {interval}))", "({text} ^@ 'a')"]
    + ["({text} SIMILAR TO 'a(b|c)*')", "({text} IS NFC NORMALIZED)"],
    "bytea": ["convert_to({text}, 'UTF8')", "sha256({bytea})", "({bytea} || {bytea})"],
    "float4": ["({float4} * {float4})", "({numeric})::float4"],
    "int2": ["({int4} % 100)::int2", "({int2} + 1::int2)"],
    "jsonb": ["to_jsonb({timestamp})", "json_build_object('k', {numeric})::jsonb"],
    "text[]": ["regexp_split_to_array({text}, {pattern!})", "regexp_match({text}, {pattern!})"],
    "int4[]": ["array_positions({int4[]}, 1)"],
}  # fmt: skip

POOLS = {"pattern": PATTERNS, "zone": GOOD_ZONES, "unit": GOOD_UNITS}


def quoted(value):
    return "'" + value.replace("'", "''") + "'"


def operand(gen, kind, scope, depth):
    return f"({gen.tame(kind, scope, depth)})::{kind}"


def template_rule(template):
    def make(gen, scope, depth):
        text = template
        for name, pool in POOLS.items():
            while f"{{{name}!}}" in text:
                value = quoted(gen.random.choice(pool))
                text = text.replace(f"{{{name}!}}", value, 1)
        for kind in KINDS:
            while f"{{{kind}}}" in text:
                value = operand(gen, kind, scope, depth)
                text = text.replace(f"{{{kind}}}", value, 1)
        return text

    return make


def pool_of(function, number):
    """What an argument of text may be, if not any text."""
    name = function.name
    if name in ("extract", "date_part") and number == 0:
        return FIELDS[function.args[1]]
    if name == "date_trunc":
        return {0: GOOD_UNITS, 2: GOOD_ZONES}.get(number)
    if name == "timezone" and number == 0:
        return GOOD_ZONES
    if (name.startswith("regexp") or "~" in name) and number > 0:
        return PATTERNS if number == 1 else ["", "i", "n"]
    if name in ("->", "->>", "?") and number == 1:
        return KEYS
    if name in ("#>", "#>>") and number == 1:
        return PATHS
    return None


def argument(gen, function, number, element, scope, depth):
    kind = function.args[number]
    if kind in ELEMENT_NAMES:
        kind = element
    elif kind in ARRAY_NAMES:
        kind = f"{element}[]"
    elif kind == "any":
        kind = gen.random.choice(["int4", "text", "date"])
    pool = pool_of(function, number)
    if pool:
        return f"{quoted(gen.random.choice(pool))}::{kind}"
    if kind in KINDS:
        return operand(gen, kind, scope, depth)
    return gen.constant(kind)


def call_rule(function):
    def make(gen, scope, depth):
        element = gen.random.choice(["int4", "text"])
        args = [
            argument(gen, function, number, element, scope, depth)
            for number in range(len(function.args))
        ]
        if function.name == "extract":
            field = gen.random.choice(FIELDS[function.args[1]])
            return f"extract({field} FROM {args[1]})"
        if function.name == "position":
            return f"position({args[0]} IN {args[1]})"
        if not function.is_operator:
            return f"{function.name}({', '.join(args)})"
        return f"({' '.join([function.name] + args)})" if len(
            args
        ) == 1 else f"({args[0]} {function.name} {args[1]})"

    return make


def is_wanted(function):
    known = ELEMENT_NAMES | ARRAY_NAMES | set(KINDS) | {"any", "json"}
    return (
        function.name not in REFUSING
        and function.result in KINDS
        and all(arg in known for arg in function.args)
        and not ("timezone" == function.name and function.args[0] == "interval")
    )


def add_rules():
    """A third of the expressions of each type; their rules are RULES['f(int4)']."""
    for function in FUNCTIONS:
        if is_wanted(function):
            RULES.setdefault(f"f({function.result})", []).append(call_rule(function))
    for kind, templates in TEMPLATES.items():
        made = [template_rule(template) for template in templates]
        RULES.setdefault(f"f({kind})", []).extend(made * 4)
    for kind in KINDS:
        own = RULES.get(f"f({kind})")
        if own:
            others = sum(weight for weight, _, _ in RULES[kind])
            is_tame = kind not in NUMBERS + ["int2", "float4"]
            RULES[kind].append((others // 2, is_tame, any_of(own)))


def any_of(rules):
    return lambda gen, scope, depth: gen.random.choice(rules)(gen, scope, depth)


add_rules()

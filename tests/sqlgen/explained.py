# SPDX-License-Identifier: Apache-2.0
"""Differences that stay, each with its reason: README.md lists them, too."""

import re

DATE_TIME = {"22007", "22008", "22009", "22015", "22023"}

# A text that is read as a date or time, by a cast or beside a value of one.
READ_AS_TIME = re.compile(
    r"'(::text)?\)*(::| AS )(date|time|timestamp|timestamptz|interval)\b"
    r"|(to_date|to_timestamp|make_\w+|timezone|date_\w+|extract|age)\("
)

# A constant null among the arguments.
NULL_ARGUMENT = re.compile(r"[(, ]NULL(::\S+)?[,) ]|\bNULL$")

# What PostgreSQL has for bit strings, times with a zone or MAC addresses, too.
OF_OTHER_TYPES = re.compile(
    r"\b(substring|overlay|position|length|octet_length|bit_length|bit_count"
    r"|get_bit|set_bit|trunc|timezone|extract|date_part|overlaps)\(| [-+~&|#<>=]+ "
)

# A field of a row, or a row whose fields are compared.
ROW_FIELD = re.compile(r"\)\.f\d|\bROW\(|\(\(.*, .*\) (=|<|>|IN|IS)|\.\*\)")

# Where PostgreSQL 15 has a number that does not fit and goes on with another.
WRAPPED = re.compile(
    r"V99|make_interval\(|age\([^)]*infinity|right\(.*-2147483648"
    r"|294276-12-31 [^-]* - |[^-]* - .*294276-12-31 "
)

# What "std offset dst" of POSIX takes for a zone, as good as anything.
ANY_ZONE = re.compile(r"timezone\('[^']*(day|mon|year|hour|min)|timezone\('0'")

# A bound past all integers of a float: the last bucket, or the one behind it.
ROUNDED = re.compile(
    r"width_bucket\(.*'(9223372036854775807|1\.79|1e15|1e40|1234567890123)"
)


# A time becomes one with a zone.
NO_TIMETZ = re.compile(r"timezone\(.*::time\)")


PATTERN_QUERY = "SELECT s, s ~ "
BACK_REFERENCE = re.compile(r"\\[1-9]")


def of_pattern(text, ours, theirs):
    if BACK_REFERENCE.search(text.split(", regexp_replace")[0]):
        return "a reference back to a group in a loop, or that took no part"
    if [row[:-1] for row in ours.rows] == [row[:-1] for row in theirs.rows]:
        return "the same match is divided among groups in another way"
    return None


def is_error(answer, *codes):
    return answer.error in codes


def reason(text, ours, theirs):
    """Why PostgreSQL's answer to a query of constants is another; or None."""
    if text.startswith(PATTERN_QUERY):
        return of_pattern(text, ours, theirs)
    if (
        NULL_ARGUMENT.search(text)
        and (ours.error or "")[:2] == "22"
        and [list(row) for row in theirs.rows or []] == [[None]]
    ):
        return "a strict function of NULL is null before the rest is read"
    if (
        READ_AS_TIME.search(text)
        and ours.error in DATE_TIME
        and theirs.error in DATE_TIME
    ):
        return "what is wrong with a date or time: several faults at once"
    if is_error(theirs, "XX000") and is_error(ours, "22023") and "acldefault(" in text:
        return "an argument that PostgreSQL takes for an error of its own"
    if is_error(theirs, "42725") and OF_OTHER_TYPES.search(text):
        return "ambiguous for types that we have not: macaddr, bit"
    if is_error(ours, "42883") and NO_TIMETZ.search(text):
        return "what takes a time with a zone, which we have not"
    if is_error(theirs, "22P02") and "is not a number" in theirs.message:
        return "a template that leaves PostgreSQL with no digits"
    if is_error(ours, "42883") and "row_to_json(" in text:
        return "a literal is no row"
    if (
        {(ours.error or "")[:2], (theirs.error or "")[:2]} == {"22"}
        and text.count("::text::") > 1
    ):
        return "several arguments cannot be read: either may come first"
    if is_error(theirs, "22007") and not ours.error and "::time)" in text + ")":
        return "a time between what belongs to a date"
    if ANY_ZONE.search(text):
        return "a zone of POSIX's form with a name of blanks and letters"
    if WRAPPED.search(text):
        return "PostgreSQL 15 does not notice that a number overflows"
    if ROUNDED.search(text):
        return "rounding of the last bucket's bound"
    return None


def reason_of_any(text, ours, theirs):
    """The same for any query."""
    if is_error(theirs, "42P22") and not ours.error and ROW_FIELD.search(text):
        return "strings out of a row have no collation; we have but one"
    return None

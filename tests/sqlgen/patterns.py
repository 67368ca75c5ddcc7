# SPDX-License-Identifier: Apache-2.0
"""Random regular expressions, matched with random texts of few letters."""

from literals import PATTERNS


def quoted(value):
    return "'" + value.replace("'", "''") + "'"


class Patterns:
    """Mixed into the generator, which has `random` and `chance`."""

    def pattern(self):
        self.groups = 0
        if self.chance(0.05):
            return self.random.choice(PATTERNS)
        return self.alternatives(self.random.choice([1, 2, 2, 3]))

    def alternatives(self, depth):
        count = self.random.choice([1, 1, 1, 2, 2, 3])
        return "|".join(self.sequence(depth) for _ in range(count))

    def sequence(self, depth):
        count = self.random.choice([0, 1, 1, 2, 2, 3])
        return "".join(self.piece(depth) for _ in range(count))

    def piece(self, depth):
        if self.chance(0.06):
            return self.random.choice(["^", "$", "\\m", "\\M", "\\y", "\\A", "\\Z"])
        if depth > 0 and self.chance(0.04):
            word = self.random.choice(["(?=", "(?!"])
            # what is inside has no groups: they would count
            return f"{word}{self.random.choice(['a', 'b+', '[ab]c', '$'])})"
        return self.atom(depth) + self.quantifier()

    def atom(self, depth):
        if depth > 0 and self.chance(0.4):
            if self.chance(0.3):
                return f"(?:{self.alternatives(depth - 1)})"
            inner = self.alternatives(depth - 1)
            self.groups += 1
            return f"({inner})"
        if self.groups and self.chance(0.03):
            return f"\\{self.random.randrange(1, self.groups + 1)}"
        return self.random.choice(
            ["a", "a", "b", "b", "c", ".", "[ab]", "[^a]", "\\w", "ab", "\\d"]
        )

    def quantifier(self):
        if self.chance(0.55):
            return ""
        made = self.random.choice(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}"])
        return made + ("?" if self.chance(0.15) else "")

    def subject(self):
        length = self.random.randrange(9)
        return "".join(self.random.choice("aabbc1 ") for _ in range(length))

    def pattern_query(self):
        """The last column is a group: see explained.py."""
        pattern = quoted(self.pattern())
        subjects = ", ".join(f"({quoted(self.subject())})" for _ in range(4))
        flags = self.random.choice(["", "", "i", "n"])
        return (
            f"SELECT s, s ~ {pattern},"
            f" regexp_replace(s, {pattern}, '<\\&>', 'g{flags}'),"
            f" regexp_instr(s, {pattern}, 1, 1, 1), regexp_count(s, {pattern}),"
            f" regexp_split_to_array(s, {pattern}), substring(s from {pattern})"
            f" FROM (VALUES {subjects}) AS t (s)"
        )

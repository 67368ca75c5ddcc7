/* SPDX-License-Identifier: Apache-2.0 */
/* pretty.ts -- JSON on several lines, every token as it was written. */

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/* Text that is no JSON comes back as it is. */
export function prettyJson(text: string): string {
    const tokens = text.match(TOKEN) ?? [];
    let depth = 0, out = "";
    const newLine = (): string => `\n${"  ".repeat(depth)}`;
    tokens.forEach((token, i) => {
        const next = tokens[i + 1];
        if (token === "{" || token === "[") {
            out += token;
            depth++;
            if (next !== "}" && next !== "]")
                out += newLine();
        } else if (token === "}" || token === "]") {
            depth = Math.max(0, depth - 1);
            const before = tokens[i - 1];
            out += before === "{" || before === "[" ? token : newLine() + token;
        } else if (token === ",") {
            out += token + newLine();
        } else {
            out += token === ":" ? ": " : token;
        }
    });
    return out;
}

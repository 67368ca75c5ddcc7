/* SPDX-License-Identifier: Apache-2.0 */
/* native.ts -- colours for the native language. */
import { StreamLanguage, type StringStream } from "@codemirror/language";
import { NATIVE_KEYWORDS, NATIVE_TYPES } from "./words";

interface State {
    isInComment: boolean;
}

const KEYWORDS = new Set(NATIVE_KEYWORDS);
const TYPES = new Set(NATIVE_TYPES);
const ATOMS = new Set(["TRUE", "FALSE", "NULL"]);

function comment(stream: StringStream, state: State): string {
    state.isInComment = !stream.skipTo("*/");
    if (state.isInComment)
        stream.skipToEnd();
    else
        stream.match("*/");
    return "comment";
}

function quoted(stream: StringStream, quote: string): void {
    for (let char = stream.next(); char != null && char !== quote; char = stream.next())
        if (char === "\\" && quote === '"')
            stream.next();
}

/* A string of JSON that a colon follows is a field. */
function isKey(stream: StringStream): boolean {
    return /^\s*:/.test(stream.string.slice(stream.pos));
}

function word(text: string): string | null {
    const upper = text.toUpperCase();
    if (ATOMS.has(upper))
        return "atom";
    if (KEYWORDS.has(upper))
        return "keyword";
    return TYPES.has(text) ? "typeName" : "variableName";
}

function token(stream: StringStream, state: State): string | null {
    if (state.isInComment)
        return comment(stream, state);
    if (stream.eatSpace())
        return null;
    if (stream.match("--")) {
        stream.skipToEnd();
        return "comment";
    }
    if (stream.match("/*"))
        return comment(stream, state);
    if (stream.match(/^-?\d[\d.]*([eE][+-]?\d+)?(?![\w-])/) || stream.match(/^\d{4}-\d{2}-\d{2}/))
        return "number";
    if (stream.match(/^[A-Za-z_][\w-]*/))
        return word(stream.current());
    const char = stream.next();
    if (char === '"' || char === "'") {
        quoted(stream, char);
        return char === '"' && isKey(stream) ? "propertyName" : "string";
    }
    return char !== undefined && "<>=!|".includes(char) ? "operator" : null;
}

export const nativeLanguage = StreamLanguage.define<State>({
    name: "stele",
    startState: () => ({ isInComment: false }),
    copyState: (state) => ({ ...state }),
    token,
    languageData: { commentTokens: { line: "--", block: { open: "/*", close: "*/" } }, closeBrackets: { brackets: ["(", "[", "{", "'", '"'] } },
});

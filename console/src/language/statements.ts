/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statements.ts -- where the statements of a text begin and end, and which
 * language each is of: as the server does it, so that what is marked is what
 * runs.
 *
 * Semicolons separate; not those in strings, quoted names, comments, dollar
 * quotes, nor those between brackets (BATCH [ ...; ... ]).
 */
export type Language = "native" | "sql";

export interface Statement {
    from: number;
    to: number; /* behind its last character, without the semicolon */
    text: string;
    language: Language;
}

/* Words with which a statement is native, whatever follows. */
const NATIVE_WORDS = new Set(["DEFINE", "STORE", "QUERY", "FIND", "REPLAY", "REMEMBER", "BATCH", "FLUSH", "PING",
    "PLOT", "LIST", "DESCRIBE", "HELP", "FORGET", "RETAIN", "ROTATE"]);
/* Words that both languages have; native where the second says so. */
const NATIVE_PAIRS = /^(CREATE\s+USER|REVOKE\s+KEY|SHOW\s+PERMISSIONS|(GRANT|REVOKE)\s+(READ|WRITE)\b|EXPLAIN\s+(ANALYZE\s+|\([^)]*\)\s*)?(QUERY|FIND|REPLAY|PLOT)\b)/i;

/* Behind comments and blanks. */
function skipBlank(text: string, from: number, to: number): number {
    let at = from;
    while (at < to) {
        if (/\s/.test(text[at] ?? ""))
            at++;
        else if (text.startsWith("--", at))
            at = lineEnd(text, at);
        else if (text.startsWith("/*", at))
            at = commentEnd(text, at);
        else
            break;
    }
    return Math.min(at, to);
}

export function languageOf(text: string): Language {
    const rest = text.slice(skipBlank(text, 0, text.length));
    const word = /^[A-Za-z]+/.exec(rest)?.[0].toUpperCase() ?? "";
    return NATIVE_WORDS.has(word) || NATIVE_PAIRS.test(rest) ? "native" : "sql";
}

function lineEnd(text: string, at: number): number {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end;
}

/* Comments nest, as PostgreSQL has it. */
function commentEnd(text: string, at: number): number {
    let depth = 0;
    for (let i = at; i < text.length; i++) {
        if (text.startsWith("/*", i)) {
            depth++;
            i++;
        } else if (text.startsWith("*/", i)) {
            depth--;
            i++;
            if (depth === 0)
                return i + 1;
        }
    }
    return text.length;
}

/* Behind a quoted part that begins at `at`; a doubled quote is none. */
function quoteEnd(text: string, at: number, hasEscapes: boolean): number {
    const quote = text[at];
    for (let i = at + 1; i < text.length; i++) {
        if (hasEscapes && text[i] === "\\")
            i++;
        else if (text[i] === quote)
            return i + 1;
    }
    return text.length;
}

function dollarEnd(text: string, at: number): number {
    const tag = /^\$([A-Za-z_][A-Za-z0-9_]*)?\$/.exec(text.slice(at, at + 66))?.[0];
    if (tag === undefined)
        return at + 1;
    const end = text.indexOf(tag, at + tag.length);
    return end < 0 ? text.length : end + tag.length;
}

/* Behind whatever begins at `at`. */
function tokenEnd(text: string, at: number, language: Language): number {
    const char = text[at];
    if (char === "'")
        return quoteEnd(text, at, language === "sql" && /[eE]/.test(text[at - 1] ?? "") &&
            !/\w/.test(text[at - 2] ?? ""));
    if (char === '"')
        return quoteEnd(text, at, language === "native");
    if (char === "$" && language === "sql" && !/[\w$]/.test(text[at - 1] ?? ""))
        return dollarEnd(text, at);
    if (text.startsWith("--", at))
        return lineEnd(text, at);
    if (text.startsWith("/*", at))
        return commentEnd(text, at);
    return at + 1;
}

export function splitStatements(text: string): Statement[] {
    const found: Statement[] = [];
    let begin = 0;
    while (begin < text.length) {
        const from = skipBlank(text, begin, text.length);
        const language = languageOf(text.slice(from, from + 200));
        let at = from, depth = 0;
        while (at < text.length && (text[at] !== ";" || depth > 0)) {
            if (text[at] === "[" || text[at] === "{")
                depth++;
            else if (text[at] === "]" || text[at] === "}")
                depth = Math.max(0, depth - 1);
            at = tokenEnd(text, at, language);
        }
        const statement = text.slice(from, at).trimEnd();
        if (statement !== "")
            found.push({ from, to: from + statement.length, text: statement, language });
        begin = at + 1;
    }
    return found;
}

/* The statement that the cursor is in, or behind; null in a text without any. */
export function statementAt(text: string, cursor: number): Statement | null {
    const all = splitStatements(text);
    let best: Statement | null = all[0] ?? null;
    for (const statement of all)
        if (statement.from <= cursor)
            best = statement;
    return best;
}

/* Whether a text may change which types and fields there are. */
export function mayDefine(text: string): boolean {
    return splitStatements(text).some((statement) =>
        /^\s*(define|create|alter|drop|remember|forget|refresh|batch)\b/i.test(statement.text));
}

/* EXPLAIN of the statement, in its language; null for what has no plan. */
export function explained(statement: Statement, analyze: boolean): string | null {
    const word = analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ";
    if (/^explain\b/i.test(statement.text))
        return statement.text;
    if (statement.language === "native")
        return /^(query|find|replay|plot)\b/i.test(statement.text) ? word + statement.text : null;
    return /^(select|with|values|table|insert|\()/i.test(statement.text) ? word + statement.text : null;
}

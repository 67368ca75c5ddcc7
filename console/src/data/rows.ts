/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.ts -- JSON lists of rows into a table, without an object a row and
 * without a double where digits would be lost.
 */
import type { Table } from "./table";
import type { Store } from "./store";

const QUOTE = 34, COMMA = 44, MINUS = 45, ZERO = 48, NINE = 57;
const LIST = 91, BACKSLASH = 92, LIST_END = 93, F = 102, N = 110, T = 116;
const OBJECT = 123, OBJECT_END = 125;

export class MalformedError extends Error {}

class Scanner {
    private readonly text: string;
    at: number;
    private backslash: number; /* the next, at or behind `at` */

    constructor(text: string, at: number) {
        this.text = text;
        this.at = at;
        this.backslash = -1;
        this.seekBackslash();
    }

    fail(): never {
        throw new MalformedError(`the server's answer is not understood at byte ${this.at} of a line`);
    }

    private seekBackslash(): void {
        if (this.backslash >= this.at)
            return;
        const next = this.text.indexOf("\\", this.at);
        this.backslash = next < 0 ? Infinity : next;
    }

    peek(): number {
        return this.text.charCodeAt(this.at);
    }

    /* Whether `code` was next; it is taken. */
    take(code: number): boolean {
        if (this.text.charCodeAt(this.at) !== code)
            return false;
        this.at++;
        return true;
    }

    word(word: string): void {
        if (!this.text.startsWith(word, this.at))
            this.fail();
        this.at += word.length;
    }

    /* Behind the string that begins here. */
    private stringEnd(): number {
        const end = this.text.indexOf('"', this.at + 1);
        if (end < 0)
            this.fail();
        this.seekBackslash();
        if (this.backslash > end)
            return end + 1;
        for (let i = this.backslash; i < this.text.length; i++) {
            const code = this.text.charCodeAt(i);
            if (code === BACKSLASH)
                i++;
            else if (code === QUOTE)
                return i + 1;
        }
        return this.fail();
    }

    string(): string {
        const begin = this.at, end = this.stringEnd();
        const isPlain = this.backslash >= end;
        this.at = end;
        return isPlain ? this.text.slice(begin + 1, end - 1) :
            JSON.parse(this.text.slice(begin, end)) as string;
    }

    number(store: Store): void {
        const begin = this.at;
        for (;; this.at++) {
            const code = this.peek();
            if (code === COMMA || code === LIST_END)
                break;
            if (Number.isNaN(code))
                this.fail();
        }
        store.pushNumber(this.text, begin, this.at);
    }

    /* Any value, as it is written. */
    raw(): string {
        const begin = this.at;
        let depth = 0;
        do {
            const code = this.peek();
            if (code === QUOTE) {
                this.at = this.stringEnd();
                continue;
            }
            if (code === OBJECT || code === LIST)
                depth++;
            else if (code === OBJECT_END || code === LIST_END)
                depth--;
            else if (Number.isNaN(code))
                this.fail();
            this.at++;
        } while (depth > 0);
        return this.text.slice(begin, this.at);
    }

    /* true, false, a number, a string: as they are written, up to what ends them. */
    rawScalar(): string {
        const begin = this.at;
        if (this.peek() === QUOTE) {
            this.at = this.stringEnd();
        } else {
            for (let code = this.peek(); code !== COMMA && code !== LIST_END; code = this.peek()) {
                if (Number.isNaN(code))
                    this.fail();
                this.at++;
            }
        }
        return this.text.slice(begin, this.at);
    }

    value(store: Store, isJson: boolean): void {
        const code = this.peek();
        if (code === N) {
            this.word("null");
            store.pushNull();
        } else if (code === OBJECT || code === LIST) {
            store.pushJson(this.raw());
        } else if (isJson) {
            store.pushJson(this.rawScalar());
        } else if (code === QUOTE) {
            store.pushText(this.string());
        } else if ((code >= ZERO && code <= NINE) || code === MINUS) {
            this.number(store);
        } else if (code === T) {
            this.word("true");
            store.pushBool(true);
        } else if (code === F) {
            this.word("false");
            store.pushBool(false);
        } else {
            this.fail();
        }
    }
}

/*
 * Append the rows of the list that begins at `at` of `text`, as the server
 * writes it: without blanks.  Throws MalformedError; the table then has the
 * rows before the wrong one.
 */
export function appendRows(table: Table, text: string, at: number): void {
    const scanner = new Scanner(text, at);
    const columns = table.columns;
    if (!scanner.take(LIST))
        scanner.fail();
    if (scanner.take(LIST_END))
        return;
    do {
        if (!scanner.take(LIST))
            scanner.fail();
        for (let i = 0; i < columns.length; i++) {
            const column = columns[i];
            if (column === undefined || (i > 0 && !scanner.take(COMMA)))
                return scanner.fail();
            scanner.value(column.store, column.kind === "json");
        }
        if (!scanner.take(LIST_END))
            scanner.fail();
        table.rowCount++;
    } while (scanner.take(COMMA));
    if (!scanner.take(LIST_END))
        scanner.fail();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.ts -- the values of one column, in columns: chunks of typed arrays,
 * or of strings that are shared where values repeat.
 *
 * What the server sent comes back digit by digit.  Numbers of up to 15 digits
 * are doubles with their number of decimals; others (large integers, long
 * decimals) are kept as their text as well.  Times are microseconds since 1970,
 * exact as doubles from 1684 to 2255; others (infinity, the years around 0) are
 * text, too.
 */
import { formatMicros, parseMicros } from "./time";

const CHUNK_BITS = 14;
const CHUNK_ROWS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_ROWS - 1;
const FIRST_ROWS = 64;

/* What a decimal is shown with; forms past the scales. */
const SCALE_MAX = 22;
const FORM_SHORTEST = 253;
const FORM_TEXT = 254;
const FORM_NULL = 255;
const EXACT_DIGITS = 15;

const POWERS = Array.from({ length: SCALE_MAX + 1 }, (_, i) => 10 ** i);

export interface Store {
    readonly rowCount: number;
    /* About how many bytes it takes. */
    readonly bytes: number;
    pushNull(): void;
    /* A JSON string, unescaped. */
    pushText(value: string): void;
    pushBool(value: boolean): void;
    /* The JSON number that stands in text from begin up to end. */
    pushNumber(text: string, begin: number, end: number): void;
    /* An object or a list, as it is written. */
    pushJson(text: string): void;
    text(row: number): string | null;
    /* For order and charts; null where there is none. */
    number(row: number): number | null;
}

abstract class Column {
    rowCount = 0;
    bytes = 0;

    pushBool(value: boolean): void {
        this.pushText(value ? "true" : "false");
    }
    pushJson(text: string): void {
        this.pushText(text);
    }
    pushNumber(text: string, begin: number, end: number): void {
        this.pushText(text.slice(begin, end));
    }
    abstract pushText(value: string): void;
}

type NumberArray = Float64Array | Uint8Array;

/* Chunks of numbers; the first grows, so that small results are small. */
class Numbers<A extends NumberArray> {
    private chunks: A[] = [];
    private readonly make: (count: number) => A;

    constructor(make: (count: number) => A) {
        this.make = make;
    }

    /* Put it at `row`, which is the one behind the last; new bytes. */
    push(row: number, value: number): number {
        const index = row >> CHUNK_BITS, at = row & CHUNK_MASK;
        let chunk = this.chunks[index], grown = 0;
        if (chunk === undefined || at >= chunk.length) {
            const next = this.make(index > 0 ? CHUNK_ROWS :
                Math.min(CHUNK_ROWS, chunk === undefined ? FIRST_ROWS : chunk.length * 2));
            if (chunk !== undefined)
                next.set(chunk as never);
            grown = next.byteLength - (chunk?.byteLength ?? 0);
            this.chunks[index] = chunk = next;
        }
        chunk[at] = value;
        return grown;
    }

    get(row: number): number {
        return (this.chunks[row >> CHUNK_BITS] as A)[row & CHUNK_MASK] as number;
    }
}

const doubles = (): Numbers<Float64Array> => new Numbers((count) => new Float64Array(count));
const smalls = (): Numbers<Uint8Array> => new Numbers((count) => new Uint8Array(count));

export class NumberStore extends Column implements Store {
    private values = doubles();
    private forms = smalls();
    private texts = new Map<number, string>();

    private push(value: number, form: number): void {
        this.bytes += this.values.push(this.rowCount, value) + this.forms.push(this.rowCount, form);
        this.rowCount++;
    }

    pushNull(): void {
        this.push(NaN, FORM_NULL);
    }

    /* NaN and the infinities are strings in JSON. */
    override pushText(value: string): void {
        this.texts.set(this.rowCount, value);
        this.bytes += 48 + value.length;
        this.push(Number(value), FORM_TEXT);
    }

    override pushNumber(text: string, begin: number, end: number): void {
        let mantissa = 0, digits = 0, scale = -1, at = begin;
        const isNegative = text.charCodeAt(at) === 45;
        if (isNegative)
            at++;
        for (; at < end; at++) {
            const c = text.charCodeAt(at) - 48;
            if (c >= 0 && c <= 9) {
                mantissa = mantissa * 10 + c;
                if (mantissa > 0)
                    digits++;
                if (scale >= 0)
                    scale++;
            } else if (c === -2 && scale < 0) {
                scale = 0;
            } else {
                break;
            }
        }
        if (at < end || digits > EXACT_DIGITS || scale > SCALE_MAX || (isNegative && mantissa === 0)) {
            this.pushSlowly(text.slice(begin, end));
            return;
        }
        const form = Math.max(scale, 0);
        const value = mantissa / (POWERS[form] as number);
        this.push(isNegative ? -value : value, form);
    }

    private pushSlowly(text: string): void {
        const value = Number(text);
        if (String(value) === text)
            this.push(value, FORM_SHORTEST);
        else
            this.pushText(text);
    }

    text(row: number): string | null {
        const form = this.forms.get(row);
        if (form === FORM_NULL)
            return null;
        if (form === FORM_TEXT)
            return this.texts.get(row) ?? null;
        const value = this.values.get(row);
        return form === FORM_SHORTEST ? String(value) : value.toFixed(form);
    }

    number(row: number): number | null {
        return this.forms.get(row) === FORM_NULL ? null : this.values.get(row);
    }
}

export class TimeStore extends Column implements Store {
    private values = doubles();
    private texts = new Map<number, string>();
    /* Decimals of the second that some value needs: 0, 3 or 6. */
    decimals = 0;
    /* Whether values are moments, and not readings of some clock. */
    isZoned = false;

    private push(value: number): void {
        this.bytes += this.values.push(this.rowCount, value);
        this.rowCount++;
    }

    pushNull(): void {
        this.push(NaN);
    }

    override pushText(value: string): void {
        const micros = parseMicros(value);
        if (micros === null) {
            this.texts.set(this.rowCount, value);
            this.bytes += 48 + value.length;
            this.push(value.startsWith("-") ? -Infinity : Infinity);
            return;
        }
        if (value.endsWith("Z"))
            this.isZoned = true;
        this.see(micros);
        this.push(micros);
    }

    /* Seconds since 1970. */
    override pushNumber(text: string, begin: number, end: number): void {
        const micros = Math.round(Number(text.slice(begin, end)) * 1e6);
        this.isZoned = true;
        this.see(micros);
        this.push(micros);
    }

    private see(micros: number): void {
        if (this.decimals < 6 && micros % 1e6 !== 0)
            this.decimals = micros % 1e3 !== 0 ? 6 : 3;
    }

    text(row: number): string | null {
        const other = this.texts.size > 0 ? this.texts.get(row) : undefined;
        if (other !== undefined)
            return other;
        const micros = this.values.get(row);
        return Number.isNaN(micros) ? null : formatMicros(micros, this.decimals);
    }

    number(row: number): number | null {
        const micros = this.values.get(row);
        return Number.isNaN(micros) ? null : micros;
    }
}

/* Values that are shared: so many, so long; none if few are met again. */
const SHARED_MAX = 4096;
const SHARED_LENGTH = 64;
const TRIES = 16384;
const HITS_WANTED = TRIES / 8;

export class TextStore extends Column implements Store {
    private chunks: (string | null)[][] = [];
    private shared: Map<string, string> | null = new Map<string, string>();
    private tries = 0;
    private hits = 0;

    private push(value: string | null): void {
        const index = this.rowCount >> CHUNK_BITS;
        (this.chunks[index] ??= []).push(value);
        this.bytes += 8;
        this.rowCount++;
    }

    pushNull(): void {
        this.push(null);
    }

    override pushText(value: string): void {
        const known = value.length <= SHARED_LENGTH ? this.sharedOf(value) : undefined;
        if (known === undefined)
            this.bytes += 16 + value.length;
        this.push(known ?? value);
    }

    /* The value that is there already; else this one may be the next. */
    private sharedOf(value: string): string | undefined {
        if (this.shared === null)
            return undefined;
        const known = this.shared.get(value);
        if (known !== undefined)
            this.hits++;
        else if (this.shared.size < SHARED_MAX)
            this.shared.set(value, value);
        if (++this.tries === TRIES) {
            if (this.hits < HITS_WANTED)
                this.shared = null;
            this.tries = this.hits = 0;
        }
        return known;
    }

    text(row: number): string | null {
        return (this.chunks[row >> CHUNK_BITS] as (string | null)[])[row & CHUNK_MASK] ?? null;
    }

    number(_row: number): number | null {
        return null;
    }
}

/* Days, as text; their numbers are times, too. */
export class DateStore extends TextStore {
    override number(row: number): number | null {
        const text = this.text(row);
        return text === null ? null : parseMicros(text);
    }
}

export class BoolStore extends Column implements Store {
    private values = smalls();

    private push(value: number): void {
        this.bytes += this.values.push(this.rowCount, value);
        this.rowCount++;
    }
    pushNull(): void {
        this.push(2);
    }
    override pushBool(value: boolean): void {
        this.push(value ? 1 : 0);
    }
    override pushText(value: string): void {
        this.push(value === "true" || value === "t" ? 1 : 0);
    }
    text(row: number): string | null {
        const value = this.values.get(row);
        return value === 2 ? null : value === 1 ? "true" : "false";
    }
    number(row: number): number | null {
        const value = this.values.get(row);
        return value === 2 ? null : value;
    }
}

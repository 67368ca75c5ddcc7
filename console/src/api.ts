/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api.ts -- the one client of the server.
 *
 *	const answer = await run("QUERY payment", { onRows: (table) => ... });
 *	answer.tables	a Table (data/table.ts) for each statement with rows
 *	answer.messages	what statements without rows have answered
 *	answer.timing	where the time went
 *
 *	const table = await ask("SELECT ...");	the one result of a short text
 *	await getJson("/v1/session");		any other door
 *
 * Everything is refused by an ApiError, which has what the server said; one
 * whose `isAbort` is set came of `signal`, and is nobody's fault.  To abort is
 * to cancel: the server ends a statement whose asker is gone.
 *
 * Reading is read-only unless `readOnly: false` is said (the user's switch is
 * session.ts's allowWrites).  Times are exact, numbers keep all their digits.
 */
import { FrameReader } from "./data/frames";
import { MalformedError } from "./data/rows";
import { Table } from "./data/table";
import { tab, isText } from "./keep";

/* ---- errors ---- */

interface ErrorParts {
    status?: number; /* HTTP's; 0 if there was no answer */
    sqlstate?: string;
    detail?: string;
    hint?: string;
    position?: number; /* a character of the text that was sent, from 1 */
    isAbort?: boolean;
}

export class ApiError extends Error {
    readonly status: number;
    readonly sqlstate: string;
    readonly detail: string;
    readonly hint: string;
    readonly position: number;
    readonly isAbort: boolean;

    constructor(message: string, parts: ErrorParts = {}) {
        super(message);
        this.name = "ApiError";
        this.status = parts.status ?? 0;
        this.sqlstate = parts.sqlstate ?? "";
        this.detail = parts.detail ?? "";
        this.hint = parts.hint ?? "";
        this.position = parts.position ?? 0;
        this.isAbort = parts.isAbort ?? false;
    }
}

export function errorOf(cause: unknown): ApiError {
    if (cause instanceof ApiError)
        return cause;
    if (cause instanceof DOMException && cause.name === "AbortError")
        return new ApiError("canceled", { isAbort: true, sqlstate: "57014" });
    if (cause instanceof MalformedError || cause instanceof SyntaxError)
        return new ApiError(cause.message);
    if (cause instanceof TypeError)
        return new ApiError("The server does not answer.", {
            hint: "Is it running, and reachable from here? What was asked may have been done.",
        });
    return new ApiError(cause instanceof Error ? cause.message : String(cause));
}

const textOf = (value: unknown): string => typeof value === "string" ? value : "";

/* What the server says of an error: an object of a reply, or text. */
function errorOfReply(status: number, body: string): ApiError {
    let object: Record<string, unknown> = {};
    try {
        object = JSON.parse(body) as Record<string, unknown>;
    } catch {
        /* not everything before the server speaks JSON */
    }
    return errorOfObject(status, object) ??
        new ApiError(body.trim() || `The server answered with status ${status}.`, { status });
}

function errorOfObject(status: number, object: Record<string, unknown>): ApiError | null {
    if (textOf(object.message) === "")
        return null;
    return new ApiError(textOf(object.message), {
        status,
        sqlstate: textOf(object.sqlstate),
        detail: textOf(object.detail),
        hint: textOf(object.hint),
        position: typeof object.position === "number" ? object.position : 0,
    });
}

/* ---- requests ---- */

/* The token of the one who has signed in; kept until the tab is closed. */
const TOKEN = "token";

export function token(): string {
    return tab.read(TOKEN, "", isText);
}

export function setToken(value: string): void {
    if (value === "")
        tab.remove(TOKEN);
    else
        tab.write(TOKEN, value);
}

/* Called when the server lets nobody in like this: session.ts listens. */
let onRefused: () => void = () => undefined;

export function whenRefused(listener: () => void): void {
    onRefused = listener;
}

function newRequestId(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* A request with the token; an answer that is an error is refused. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token() !== "")
        headers.set("Authorization", `Bearer ${token()}`);
    if (!headers.has("X-Request-Id"))
        headers.set("X-Request-Id", newRequestId());
    try {
        const response = await fetch(path, {
            cache: "no-store", credentials: "omit", redirect: "error", ...init, headers,
        });
        if (response.ok)
            return response;
        if (response.status === 401)
            onRefused();
        throw errorOfReply(response.status, await response.text());
    } catch (cause) {
        throw errorOf(cause);
    }
}

export async function getJson<T = Record<string, unknown>>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await send(path, signal === undefined ? {} : { signal });
    return readJson<T>(response);
}

export async function postJson<T = Record<string, unknown>>(path: string, body: unknown): Promise<T> {
    const response = await send(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    });
    return readJson<T>(response);
}

async function readJson<T>(response: Response): Promise<T> {
    try {
        return await response.json() as T;
    } catch (cause) {
        throw errorOf(cause);
    }
}

/* ---- statements ---- */

export interface Timing {
    /* Until the last byte was here. */
    totalMs: number;
    /* What the server took for all of it; null if it does not say. */
    serverMs: number | null;
    /* The rest: the way there and back, and reading here. */
    networkMs: number | null;
}

export interface Answer {
    tables: Table[];
    messages: string[];
    timing: Timing;
    rowCount: number;
}

export interface RunOptions {
    signal?: AbortSignal;
    /* true if not said: the server then refuses whatever stores or defines. */
    readOnly?: boolean;
    /* No more rows than this of each result are taken; the rest is canceled. */
    maxRows?: number;
    maxBytes?: number;
    requestId?: string;
    /* A result begins: its columns are known. */
    onColumns?: (table: Table) => void;
    /* More rows of the last result are there, or its end. */
    onRows?: (table: Table) => void;
}

export const MAX_ROWS = 1_000_000;
const MAX_BYTES = 512 * 1024 * 1024;
/* How long we read before the page may paint again. */
const SLICE_MS = 12;

export function commandPath(format: string, readOnly: boolean): string {
    return `/command?format=${format}&errors=full${format === "frames" ? "&times=true&timing=1" : ""}` +
        (readOnly ? "&read_only=1" : "");
}

export async function run(text: string, options: RunOptions = {}): Promise<Answer> {
    const start = performance.now();
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    options.signal?.addEventListener("abort", abort);
    if (options.signal?.aborted === true)
        stop.abort();
    try {
        const response = await send(commandPath("frames", options.readOnly ?? true), {
            method: "POST",
            body: text,
            signal: stop.signal,
            headers: {
                "Content-Type": "text/plain; charset=utf-8",
                "X-Request-Id": options.requestId ?? newRequestId(),
            },
        });
        return await new Reading(response, stop, options).read(start);
    } catch (cause) {
        throw errorOf(cause);
    } finally {
        options.signal?.removeEventListener("abort", abort);
    }
}

/* The one result of a text: no rows are a table without columns. */
export async function ask(text: string, options: RunOptions = {}): Promise<Table> {
    const answer = await run(text, options);
    return answer.tables[answer.tables.length - 1] ?? new Table([]);
}

class Reading {
    private readonly response: Response;
    private readonly stop: AbortController;
    private readonly options: RunOptions;
    private readonly frames: FrameReader;
    private readonly answer: Answer;
    private isFull = false;
    private grown: Table | null = null; /* has rows that nobody was told of */

    constructor(response: Response, stop: AbortController, options: RunOptions) {
        this.response = response;
        this.stop = stop;
        this.options = options;
        this.answer = {
            tables: [], messages: [], rowCount: 0,
            timing: { totalMs: 0, serverMs: serverTime(response.headers), networkMs: null },
        };
        this.frames = new FrameReader({
            begin: (table) => this.begin(table),
            rows: (table) => this.rows(table),
            end: (table, frame) => this.end(table, frame),
            other: (object) => this.other(object),
        });
    }

    async read(start: number): Promise<Answer> {
        await this.readBody();
        const { timing, tables } = this.answer;
        timing.totalMs = performance.now() - start;
        if (timing.serverMs !== null)
            timing.networkMs = Math.max(0, timing.totalMs - timing.serverMs);
        this.answer.rowCount = tables.reduce((sum, table) => sum + table.rowCount, 0);
        return this.answer;
    }

    private async readBody(): Promise<void> {
        const reader = this.response.body?.getReader();
        const decoder = new TextDecoder();
        let since = performance.now();
        while (reader !== undefined) {
            const { done, value } = await reader.read();
            this.frames.feed(decoder.decode(value, { stream: !done }));
            if (done)
                break;
            if (this.isFull) {
                this.stop.abort();
                this.tell();
                return;
            }
            if (performance.now() - since > SLICE_MS) {
                this.tell();
                await nextTask();
                since = performance.now();
            }
        }
        const isWhole = this.frames.finish();
        this.tell();
        if (!isWhole)
            throw new ApiError("The answer broke off before its end.", {
                hint: "The rows that are shown are not all. The server's log says why.",
            });
    }

    private tell(): void {
        if (this.grown !== null)
            this.options.onRows?.(this.grown);
        this.grown = null;
    }

    private begin(table: Table): void {
        this.tell();
        this.answer.tables.push(table);
        this.options.onColumns?.(table);
    }

    private rows(table: Table): void {
        this.grown = table;
        if (table.rowCount >= (this.options.maxRows ?? MAX_ROWS) ||
            table.bytes >= (this.options.maxBytes ?? MAX_BYTES)) {
            table.isCut = true;
            this.isFull = true;
        }
    }

    private end(table: Table, frame: Record<string, unknown>): void {
        /* It had exactly as many as are taken. */
        table.isCut = false;
        this.isFull = false;
        this.grown = table;
        /* What all results so far took, with the rows of this one. */
        if (typeof frame.time_ms === "number")
            this.answer.timing.serverMs = frame.time_ms;
    }

    private other(object: Record<string, unknown>): void {
        if (typeof object.status === "number" && object.status >= 400 || object.type === "error")
            throw errorOfObject(this.response.status, object) ?? new ApiError("The statement failed.");
        for (const result of Array.isArray(object.results) ? object.results : [])
            this.answer.messages.push(typeof result === "string" ? result : JSON.stringify(result));
        if (this.answer.messages.length === 0 && textOf(object.message) !== "")
            this.answer.messages.push(textOf(object.message));
    }
}

/* Until the answer began; its end may say more. */
function serverTime(headers: Headers): number | null {
    const text = headers.get("X-Execution-Time-Ms");
    const value = text === null ? NaN : Number(text);
    return Number.isFinite(value) ? value : null;
}

/* Whatever else the page has to do comes before us. */
function nextTask(): Promise<void> {
    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(null);
    });
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.ts -- a text that runs, and what came of it.  A tab has one at a time,
 * and a result that is pinned outlives it.
 */
import { signal } from "@preact/signals";
import { ApiError, errorOf, run as send, type Timing } from "../api";
import { forgetCatalogue, loadCatalogue } from "../catalogue";
import type { Table } from "../data/table";
import { mayDefine } from "../language/statements";
import { allowWrites } from "../session";
import { remember } from "./history";

const GROWN_MS = 200;

export type RunState = "running" | "done" | "failed" | "canceled";

export class Run {
    readonly state = signal<RunState>("running");
    /* Grows while rows come: whoever shows a table looks again. */
    readonly version = signal(0);
    readonly startedAt = Date.now();
    readonly requestId = newId();
    tables: Table[] = [];
    messages: string[] = [];
    error: ApiError | null = null;
    timing: Timing | null = null;
    private readonly stop = new AbortController();
    private timer = 0;

    /* `offset`: where the text begins in its tab's. */
    constructor(readonly text: string, readonly offset: number, readonly isExplain = false) {
        void this.go();
    }

    get rowCount(): number {
        return this.tables.reduce((sum, table) => sum + table.rowCount, 0);
    }

    get isCut(): boolean {
        return this.tables.some((table) => table.isCut);
    }

    cancel(): void {
        this.stop.abort();
    }

    private async go(): Promise<void> {
        const start = performance.now();
        try {
            const answer = await send(this.text, {
                signal: this.stop.signal,
                readOnly: !allowWrites.value,
                requestId: this.requestId,
                onColumns: (table) => {
                    this.tables = [...this.tables, table];
                    this.grow();
                },
                onRows: () => this.grow(),
            });
            this.messages = answer.messages;
            this.timing = answer.timing;
            this.end("done");
        } catch (cause) {
            this.error = errorOf(cause);
            this.timing = { totalMs: performance.now() - start, serverMs: null, networkMs: null };
            this.end(this.error.isAbort ? "canceled" : "failed");
        }
    }

    /* The first rows at once, then a few times a second: painting takes time from reading. */
    private grow(): void {
        if (this.timer === 0)
            this.timer = window.setTimeout(() => {
                this.timer = 0;
                this.version.value++;
            }, this.version.peek() === 0 ? 0 : GROWN_MS);
    }

    private end(state: RunState): void {
        clearTimeout(this.timer);
        this.state.value = state;
        this.version.value++;
        if (!this.isExplain)
            remember({
                text: this.text, at: this.startedAt, ms: Math.round(this.timing?.totalMs ?? 0),
                rows: this.rowCount, error: this.error?.message ?? "",
            });
        if (state === "done" && mayDefine(this.text)) {
            forgetCatalogue();
            void loadCatalogue();
        }
    }
}

function newId(): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* ---- one run a tab ---- */

export const runs = signal<ReadonlyMap<number, Run>>(new Map());

export function startRun(tabId: number, text: string, offset: number, isExplain = false): void {
    const before = runs.value.get(tabId);
    before?.cancel();
    runs.value = new Map(runs.value).set(tabId, new Run(text, offset, isExplain));
}

export function dropRun(tabId: number): void {
    const rest = new Map(runs.value);
    rest.get(tabId)?.cancel();
    rest.delete(tabId);
    runs.value = rest;
}

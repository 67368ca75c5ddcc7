/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.ts -- what was run, newest first, and what was saved under a name.
 *
 * Kept in the browser, of this origin only; a statement with a secret in it
 * (a key, a password) is not kept.
 */
import { signal } from "@preact/signals";
import { browser, whenWritten } from "../keep";

export interface Entry {
    text: string;
    at: number; /* milliseconds since 1970 */
    ms: number;
    rows: number;
    error: string; /* empty: it went well */
}

export interface Saved {
    name: string;
    text: string;
}

export const ENTRIES_MAX = 500;
const TEXT_MAX = 100_000;
const ALL_TEXT_MAX = 1_000_000;

const isEntry = (value: unknown): value is Entry => {
    const entry = (value ?? {}) as Partial<Entry>;
    return typeof entry.text === "string" && typeof entry.at === "number" && typeof entry.ms === "number" &&
        typeof entry.rows === "number" && typeof entry.error === "string";
};
const isSaved = (value: unknown): value is Saved => {
    const saved = (value ?? {}) as Partial<Saved>;
    return typeof saved.name === "string" && typeof saved.text === "string";
};
const listOf = <T>(isRight: (value: unknown) => value is T) =>
    (value: unknown): value is T[] => Array.isArray(value) && value.every(isRight);

const readHistory = (): Entry[] => browser.read("history", [], listOf(isEntry));
const readSaved = (): Saved[] => browser.read("saved", [], listOf(isSaved));

export const history = signal<Entry[]>(readHistory());
export const saved = signal<Saved[]>(readSaved());

whenWritten("history", () => {
    history.value = readHistory();
});
whenWritten("saved", () => {
    saved.value = readSaved();
});

const hasSecret = (text: string): boolean => /\b(key|password)\b\s*['"]/i.test(text);

/* The same text anew takes the place of the one before it. */
export function withEntry(entries: readonly Entry[], entry: Entry): Entry[] {
    if (entry.text.length > TEXT_MAX || hasSecret(entry.text))
        return [...entries];
    const all = [entry, ...entries.filter((one, i) => i > 0 || one.text !== entry.text)].slice(0, ENTRIES_MAX);
    let length = 0;
    return all.filter((one, i) => (length += one.text.length) <= ALL_TEXT_MAX || i === 0);
}

export function remember(entry: Entry): void {
    history.value = withEntry(history.value, entry);
    browser.write("history", history.value);
}

export function clearHistory(): void {
    history.value = [];
    browser.remove("history");
}

export function search<T extends { text: string }>(entries: readonly T[], wanted: string): T[] {
    const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return entries.filter((entry) => {
        const text = entry.text.toLowerCase();
        return words.every((word) => text.includes(word));
    });
}

export function save(name: string, text: string): void {
    const rest = saved.value.filter((one) => one.name !== name);
    saved.value = [...rest, { name, text }].sort((a, b) => a.name.localeCompare(b.name));
    browser.write("saved", saved.value);
}

export function unsave(name: string): void {
    saved.value = saved.value.filter((one) => one.name !== name);
    browser.write("saved", saved.value);
}

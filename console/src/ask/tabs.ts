/* SPDX-License-Identifier: Apache-2.0 */
/* tabs.ts -- the texts that one works at: they are there again tomorrow. */
import { computed, signal } from "@preact/signals";
import { browser } from "../keep";

export interface Tab {
    id: number;
    name: string;
    text: string;
}

interface Kept {
    tabs: Tab[];
    active: number;
}

const TABS_MAX = 30;

function isKept(value: unknown): value is Kept {
    const { tabs, active } = (value ?? {}) as Partial<Kept>;
    return typeof active === "number" && Array.isArray(tabs) && tabs.length > 0 && tabs.every((tab) =>
        typeof tab?.id === "number" && typeof tab.name === "string" && typeof tab.text === "string");
}

const kept = browser.read<Kept>("tabs", { tabs: [{ id: 1, name: "Tab 1", text: "" }], active: 1 }, isKept);

/* Counts texts that were put here by something else than typing. */
export const placed = signal(0);
export const tabs = signal<Tab[]>(kept.tabs);
export const activeId = signal(kept.active);
export const active = computed(() =>
    tabs.value.find((tab) => tab.id === activeId.value) ?? tabs.value[0] as Tab);

const SAVE_AFTER_MS = 300;
let timer = 0;

function save(): void {
    clearTimeout(timer);
    timer = window.setTimeout(saveNow, SAVE_AFTER_MS);
}

function saveNow(): void {
    clearTimeout(timer);
    browser.write("tabs", { tabs: tabs.value, active: activeId.value });
}

addEventListener("pagehide", saveNow);

export function openTab(text = "", name = ""): void {
    if (tabs.value.length >= TABS_MAX)
        return;
    const id = Math.max(0, ...tabs.value.map((tab) => tab.id)) + 1;
    tabs.value = [...tabs.value, { id, name: name || freeName(), text }];
    activeId.value = id;
    save();
}

function freeName(): string {
    const names = new Set(tabs.value.map((tab) => tab.name));
    let i = 1;
    while (names.has(`Tab ${i}`))
        i++;
    return `Tab ${i}`;
}

export function closeTab(id: number): void {
    const at = tabs.value.findIndex((tab) => tab.id === id);
    tabs.value = tabs.value.filter((tab) => tab.id !== id);
    if (tabs.value.length === 0)
        openTab();
    else if (activeId.value === id)
        activeId.value = (tabs.value[Math.min(at, tabs.value.length - 1)] as Tab).id;
    save();
}

export function chooseTab(id: number): void {
    activeId.value = id;
    save();
}

function change(id: number, part: Partial<Tab>): void {
    tabs.value = tabs.value.map((tab) => tab.id === id ? { ...tab, ...part } : tab);
    save();
}

export const renameTab = (id: number, name: string): void => change(id, { name: name.trim() || freeName() });
export const setText = (id: number, text: string): void => change(id, { text });

/* Put a text where it disturbs nothing: into the active tab if that is empty. */
export function place(text: string, name = ""): void {
    if (active.value.text.trim() === "")
        change(active.value.id, name === "" ? { text } : { text, name });
    else
        openTab(text, name);
    placed.value++;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* theme.ts -- light, dark, or as the system has it (which is the default). */
import { signal } from "@preact/signals";
import { browser } from "./keep";

export type Theme = "system" | "light" | "dark";

const isTheme = (value: unknown): value is Theme =>
    value === "system" || value === "light" || value === "dark";

export const theme = signal<Theme>(browser.read("theme", "system", isTheme));

/* Changes whenever colours do: what paints on a canvas watches it. */
export const paint = signal(0);

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
systemIsDark.addEventListener("change", applyTheme);

export function isDark(): boolean {
    return theme.value === "system" ? systemIsDark.matches : theme.value === "dark";
}

export function applyTheme(): void {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    paint.value++;
}

export function nextTheme(): void {
    const order: Theme[] = ["system", "light", "dark"];
    theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? "system";
    browser.write("theme", theme.value);
    applyTheme();
}

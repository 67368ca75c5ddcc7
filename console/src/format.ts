/* SPDX-License-Identifier: Apache-2.0 */
/* format.ts -- numbers, durations, sizes and times, as people read them. */

export const formatCount = (value: number): string => value.toLocaleString("en");

/* Three digits, and the unit that suits them. */
export function formatDuration(ms: number): string {
    if (ms < 1)
        return `${ms.toFixed(2)} ms`;
    if (ms < 10)
        return `${ms.toFixed(1)} ms`;
    if (ms < 1000)
        return `${Math.round(ms)} ms`;
    if (ms < 60_000)
        return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
    const seconds = Math.floor(ms / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    if (hours === 0)
        return `${minutes} min ${seconds % 60} s`;
    return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function formatBytes(bytes: number): string {
    let value = bytes, unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ""}`;
}

/* 12,345 or 1.2M or 0.0012: for axes, and for where there is little room. */
export function formatShort(value: number): string {
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4))
        return value.toExponential(1);
    for (const [unit, name] of [[1e12, "T"], [1e9, "G"], [1e6, "M"]] as const)
        if (size >= unit)
            return `${trimZeros((value / unit).toFixed(2))}${name}`;
    return value.toLocaleString("en", { maximumFractionDigits: size >= 100 ? 0 : size >= 1 ? 2 : 4 });
}

const trimZeros = (text: string): string => text.replace(/\.?0+$/, "");

/* A moment of the browser's clock, in its time zone. */
export function formatWhen(at: number, now = Date.now()): string {
    const date = new Date(at);
    const time = date.toLocaleTimeString("en-GB");
    return new Date(now).toDateString() === date.toDateString() ? time :
        `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")} ${time}`;
}

/* "1 event", "2 events". */
export const counted = (value: number, noun: string): string =>
    `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;

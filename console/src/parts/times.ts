/* SPDX-License-Identifier: Apache-2.0 */
/* times.ts -- times and durations as people read them. */

/* Milliseconds since 1970 of a time as the server or a table writes it, in UTC. */
export function utcMs(text: string): number {
    return Date.parse(/[zZ]$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/* 2026-01-31 10:11:12[.123] in the browser's own time zone; what is no time stays as it is. */
export function localTime(ms: number, text = ""): string {
    const at = new Date(ms);
    if (Number.isNaN(at.getTime()) || at.getFullYear() < 0)
        return text;
    const fraction = at.getMilliseconds();
    return `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)} ` +
        `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}` +
        (fraction === 0 ? "" : `.${pad(fraction, 3)}`);
}

const UNITS: [string, number][] = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
];

/* The two greatest units: "3 d 4 h", "2 min 5 s", "1.250 s", "17 ms". */
export function duration(ms: number): string {
    const sign = ms < 0 ? "−" : "";
    let rest = Math.abs(ms);
    if (rest < 1000) return `${sign}${Math.round(rest)} ms`;
    if (rest < 10_000 && rest % 1000 !== 0)
        return `${sign}${(rest / 1000).toFixed(3)} s`;
    const first = UNITS.findIndex(([, size]) => rest >= size);
    const parts: string[] = [];
    for (const [unit, size] of UNITS.slice(first, first + 2)) {
        const whole = Math.floor(rest / size);
        rest -= whole * size;
        if (whole > 0) parts.push(`${whole} ${unit}`);
    }
    return sign + parts.join(" ");
}

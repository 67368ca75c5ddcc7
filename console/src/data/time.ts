/* SPDX-License-Identifier: Apache-2.0 */
/* time.ts -- moments as microseconds since 1970, in UTC, and as text. */

const DAY_S = 86400;
const MICROS = 1e6;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/* `count` digits as a number; -1 if they are not. */
function digits(text: string, at: number, count: number): number {
    let value = 0;
    for (let i = at; i < at + count; i++) {
        const code = text.charCodeAt(i);
        if (!isDigit(code))
            return -1;
        value = value * 10 + code - 48;
    }
    return value;
}

/* Days since 1970 of a day of the Gregorian calendar (Howard Hinnant's days_from_civil). */
export function daysOf(year: number, month: number, day: number): number {
    const y = month <= 2 ? year - 1 : year;
    const era = Math.floor(y / 400);
    const yearOfEra = y - era * 400;
    const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
    const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
    return era * 146097 + dayOfEra - 719468;
}

/*
 * 2026-01-31, or with T or a blank 10:11:12[.5] and nothing, Z or +00 behind;
 * null for all else, such as infinity, other offsets, years of more digits.
 */
export function parseMicros(text: string): number | null {
    const year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (year < 0 || month < 1 || day < 1 || text[4] !== "-" || text[7] !== "-")
        return null;
    const midnight = daysOf(year, month, day) * DAY_S * MICROS;
    if (text.length === 10)
        return midnight;
    const hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (hour < 0 || minute < 0 || second < 0)
        return null;
    let at = 19, fraction = 0, unit = MICROS / 10;
    if (text[at] === ".")
        for (at++; isDigit(text.charCodeAt(at)); at++, unit /= 10)
            fraction += (text.charCodeAt(at) - 48) * unit;
    const zone = text.slice(at);
    if (zone !== "" && zone !== "Z" && zone !== "+00" && zone !== "+00:00")
        return null;
    return midnight + ((hour * 60 + minute) * 60 + second) * MICROS + Math.round(fraction);
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/* The text of the day asked for last: those of a result are near each other. */
let lastDay = NaN, lastDayText = "";

function dayText(day: number): string {
    if (day !== lastDay) {
        lastDay = day;
        lastDayText = new Date(day * DAY_S * 1000).toISOString().slice(0, 10);
    }
    return lastDayText;
}

/* 2026-01-31 10:11:12, with so many decimals (0, 3 or 6). */
export function formatMicros(micros: number, decimals: number): string {
    const seconds = Math.floor(micros / MICROS);
    const fraction = micros - seconds * MICROS;
    const day = Math.floor(seconds / DAY_S);
    const rest = seconds - day * DAY_S;
    const text = `${dayText(day)} ${pad(Math.floor(rest / 3600), 2)}:` +
        `${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}`;
    return decimals === 0 ? text : `${text}.${pad(fraction, 6).slice(0, decimals)}`;
}

/* RFC 3339, as the server takes and gives it. */
export function rfc3339(micros: number): string {
    return `${formatMicros(micros, 6).replace(" ", "T")}Z`;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* acks.ts -- how long writers have waited between two looks at stele.acks. */
import type { Texts } from "../parts/ask";

export interface Waits {
    p50: number;
    p99: number;
}

/* In milliseconds; NaN for the first look, and where nobody has written. */
export class Acks {
    private before: Map<number, number> | undefined;

    read(rows: Texts[]): Waits {
        const now = new Map(rows.map((row) => [Number(row.up_to_ms), Number(row.count)]));
        const { before } = this;
        this.before = now;
        if (before === undefined)
            return { p50: NaN, p99: NaN };
        const since = [...now]
            .map(([upTo, count]): [number, number] => [upTo, count - (before.get(upTo) ?? 0)])
            .sort(([a], [b]) => a - b);
        return { p50: waitOf(since, 0.5), p99: waitOf(since, 0.99) };
    }
}

/* What so large a share of them have not waited longer than. */
function waitOf(counts: [number, number][], share: number): number {
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    let seen = 0;
    if (total <= 0 || counts.some(([, count]) => count < 0))
        return NaN; /* nothing, or the server has begun anew */
    for (const [upTo, count] of counts) {
        seen += count;
        if (seen >= total * share)
            return upTo;
    }
    return NaN;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moments.ts -- the moments that the slider of a story stops at: its events in the order of
 * their times, which is not always that in which they were stored.
 */
import type { StoryEvent } from "./story";

export class Moments {
    /* Times in their order, milliseconds. */
    private readonly times: Float64Array;

    constructor(events: readonly StoryEvent[]) {
        this.times = Float64Array.from(events, ({ ms }) =>
            Number.isNaN(ms) ? Infinity : ms,
        ).sort();
    }

    get count(): number {
        return this.times.length;
    }

    /* The time of the n-th event, from 1; what is at or before it has happened. */
    at(n: number): number {
        return n < 1 ? -Infinity : (this.times[Math.min(n, this.count) - 1] ?? Infinity);
    }

    /* How many have happened at a time. */
    until(ms: number): number {
        let low = 0;
        let high = this.count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((this.times[middle] as number) <= ms) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.ts -- the last minutes of some numbers: a ring of fixed size, so that a
 * page that stays open for hours takes no more memory than one of minutes.
 */
export class Series {
    private readonly values: Float64Array;
    private next = 0;
    private filled = 0;

    constructor(readonly size: number) {
        this.values = new Float64Array(size);
    }

    /* NaN is a moment of which nothing is known. */
    push(value: number): void {
        this.values[this.next] = value;
        this.next = (this.next + 1) % this.size;
        this.filled = Math.min(this.filled + 1, this.size);
    }

    get count(): number {
        return this.filled;
    }

    /* From the oldest, 0, to the newest. */
    at(i: number): number {
        return this.values[(this.next - this.filled + i + this.size) % this.size] as number;
    }

    get last(): number {
        return this.filled === 0 ? NaN : this.at(this.filled - 1);
    }

    /* The greatest; 0 if nothing is known. */
    get greatest(): number {
        let greatest = 0;
        for (let i = 0; i < this.filled; i++)
            if (this.at(i) > greatest)
                greatest = this.at(i);
        return greatest;
    }
}

/* How fast a number that only grows does so: per second, between two readings. */
export class Rate {
    private value = NaN;
    private atMs = NaN;

    /* NaN for the first reading, and after a restart of what is counted. */
    read(value: number, atMs: number): number {
        const rate = (value - this.value) / ((atMs - this.atMs) / 1000);
        const isKnown = atMs > this.atMs && value >= this.value;
        this.value = value;
        this.atMs = atMs;
        return isKnown ? rate : NaN;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* row_heights.ts -- heights of the rows of a long list: guessed until they are measured. */

export class RowHeights {
    private readonly heights: Float64Array;
    /* Where each row begins; the last is the height of all. */
    private readonly starts: Float64Array;
    private firstStale = 0;

    constructor(
        readonly count: number,
        guess: (row: number) => number,
    ) {
        this.heights = Float64Array.from({ length: count }, (_, row) => guess(row));
        this.starts = new Float64Array(count + 1);
    }

    /* Whether that changed anything worth another drawing. */
    measure(row: number, height: number): boolean {
        if (Math.abs((this.heights[row] ?? height) - height) < 1) return false;
        this.heights[row] = height;
        this.firstStale = Math.min(this.firstStale, row);
        return true;
    }

    start(row: number): number {
        this.freshen();
        return this.starts[row] as number;
    }

    get total(): number {
        return this.start(this.count);
    }

    /* The row that is at a place; the last, below all. */
    at(place: number): number {
        this.freshen();
        let low = 0;
        let high = this.count - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if ((this.starts[middle] as number) <= place) low = middle;
            else high = middle - 1;
        }
        return Math.max(low, 0);
    }

    private freshen(): void {
        for (let i = this.firstStale; i < this.count; i++)
            this.starts[i + 1] =
                (this.starts[i] as number) + (this.heights[i] as number);
        this.firstStale = this.count;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.ts -- which rows and columns are seen, of any number of them.
 *
 * Browsers do not lay out elements of more than some 17 million pixels, which
 * 700,000 rows exceed.  So the scrolled height is at most HEIGHT_MAX, and where
 * the rows are higher than that, a pixel of the scroll bar is more than one of
 * the rows.
 */
export const ROW_HEIGHT = 24;
export const HEIGHT_MAX = 15_000_000;

export interface RowRange {
    first: number; /* the first row that is seen, also in part */
    count: number;
    offset: number; /* pixels of the first row above the edge */
}

/* The height of what is scrolled, without the header. */
export function scrollHeight(rowCount: number): number {
    return Math.min(rowCount * ROW_HEIGHT, HEIGHT_MAX);
}

/* How far the rows are moved at this place of the scroll bar. */
function rowOffset(scrollTop: number, viewHeight: number, rowCount: number): number {
    const full = rowCount * ROW_HEIGHT, scrolled = scrollHeight(rowCount);
    if (full <= scrolled || scrolled <= viewHeight)
        return scrollTop;
    return scrollTop * (full - viewHeight) / (scrolled - viewHeight);
}

export function visibleRows(scrollTop: number, viewHeight: number, rowCount: number): RowRange {
    const top = Math.max(0, rowOffset(scrollTop, viewHeight, rowCount));
    const first = Math.min(Math.floor(top / ROW_HEIGHT), Math.max(0, rowCount - 1));
    const offset = top - first * ROW_HEIGHT;
    const count = Math.min(Math.ceil((viewHeight + offset) / ROW_HEIGHT), rowCount - first);
    return { first, count: Math.max(0, count), offset };
}

/* Where to scroll so that `row` is seen as a whole; the same place if it is. */
export function scrollToRow(row: number, scrollTop: number, viewHeight: number, rowCount: number): number {
    const full = rowCount * ROW_HEIGHT, scrolled = scrollHeight(rowCount);
    const top = rowOffset(scrollTop, viewHeight, rowCount);
    let wanted = top;
    if (row * ROW_HEIGHT < top)
        wanted = row * ROW_HEIGHT;
    else if ((row + 1) * ROW_HEIGHT > top + viewHeight)
        wanted = (row + 1) * ROW_HEIGHT - viewHeight;
    if (wanted === top)
        return scrollTop;
    return full <= scrolled ? wanted : wanted * (scrolled - viewHeight) / (full - viewHeight);
}

/* Left edges of columns, with the right edge of the last behind them. */
export function columnEdges(widths: readonly number[]): number[] {
    const edges = [0];
    for (const width of widths)
        edges.push((edges[edges.length - 1] as number) + width);
    return edges;
}

/* The columns from `first` on, without `end`, that [left, left + width) meets. */
export function visibleColumns(edges: readonly number[], left: number, width: number): [number, number] {
    const count = edges.length - 1;
    let first = lastAtMost(edges, left);
    first = Math.min(Math.max(first, 0), Math.max(0, count - 1));
    let end = first;
    while (end < count && (edges[end] as number) < left + width)
        end++;
    return [first, end];
}

/* The greatest i with edges[i] <= value, by halves. */
function lastAtMost(edges: readonly number[], value: number): number {
    let low = 0, high = edges.length - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((edges[middle] as number) <= value)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long_list.tsx -- a list of many rows of any height, of which those in sight exist.  It scrolls with
 * whatever it stands in.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { RowHeights } from "./row_heights";

/* Above and below what is in sight, so that scrolling meets no blank. */
const MARGIN = 600;

interface Props {
    count: number;
    guess: number;
    label: string;
    row: (i: number) => ComponentChildren;
    keyOf: (i: number) => string | number;
}

function scrollParent(element: HTMLElement): HTMLElement | null {
    for (let at = element.parentElement; at; at = at.parentElement) {
        const { overflowY } = getComputedStyle(at);
        if (overflowY === "auto" || overflowY === "scroll")
            return at === document.body ? null : at;
    }
    return null;
}

/* Page Up and Page Down go from one to the next, as a feed has it. */
function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
    const step = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : 0;
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (step === 0 || row === null)
        return;
    const place = Number(row.dataset.row) + step;
    const next = list?.querySelector<HTMLElement>(`[data-row="${place}"] [tabindex]`);
    if (next) {
        event.preventDefault();
        next.focus();
    }
}

interface Range {
    first: number;
    limit: number;
}

function rangeInSight(list: HTMLElement, heights: RowHeights): Range {
    const parent = scrollParent(list);
    const top = parent ? parent.getBoundingClientRect().top : 0;
    const height = parent ? parent.clientHeight : window.innerHeight;
    const from = top - list.getBoundingClientRect().top;
    return {
        first: heights.at(from - MARGIN),
        limit: Math.min(heights.at(from + height + MARGIN) + 1, heights.count),
    };
}

export function LongList({ count, guess, label, row, keyOf }: Props) {
    const list = useRef<HTMLDivElement>(null);
    /* What was measured once is known again when rows come, go and return. */
    const known = useRef(new Map<string | number, number>()).current;
    const heights = useMemo(
        () => new RowHeights(count, (i) => known.get(keyOf(i)) ?? guess),
        [count, guess, keyOf],
    );
    const [range, setRange] = useState<Range>({ first: 0, limit: Math.min(count, 20) });

    const look = () => {
        if (!list.current) return;
        const next = rangeInSight(list.current, heights);
        setRange((old) =>
            old.first === next.first && old.limit === next.limit ? old : next,
        );
    };

    useEffect(() => {
        const target = (list.current && scrollParent(list.current)) || window;
        let frame = 0;
        const soon = () => {
            cancelAnimationFrame(frame);
            frame = requestAnimationFrame(look);
        };
        target.addEventListener("scroll", soon, { passive: true });
        window.addEventListener("resize", soon);
        look();
        return () => {
            cancelAnimationFrame(frame);
            target.removeEventListener("scroll", soon);
            window.removeEventListener("resize", soon);
        };
    }, [heights]);

    useLayoutEffect(() => {
        const rows = list.current?.querySelectorAll<HTMLElement>(":scope > [data-row]");
        let isMeasured = false;
        for (const element of rows ?? []) {
            const place = Number(element.dataset.row);
            const height = element.offsetHeight;
            known.set(keyOf(place), height);
            isMeasured = heights.measure(place, height) || isMeasured;
        }
        if (isMeasured) look();
    });

    const first = Math.min(range.first, count);
    const limit = Math.min(range.limit, count);
    const rows = [];
    for (let i = first; i < limit; i++)
        rows.push(
            <div class="long-list-row" data-row={i} key={keyOf(i)}>
                {row(i)}
            </div>,
        );
    return (
        <div class="long-list" ref={list} role="feed" aria-label={label}
            onKeyDown={(event) => moveFocus(event, list.current)}>
            <Gap height={heights.start(first)} />
            {rows}
            <Gap height={heights.total - heights.start(limit)} />
        </div>
    );
}

function Gap({ height }: { height: number }) {
    return <div role="presentation" style={{ height: `${height}px` }} />;
}

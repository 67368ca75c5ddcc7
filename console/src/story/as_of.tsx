/* SPDX-License-Identifier: Apache-2.0 */
/* as_of.tsx -- the slider "as of": how far the story is told. */
import { useId } from "preact/hooks";
import { localTime } from "../parts/times";
import type { Moments } from "./moments";

interface Props {
    moments: Moments;
    /* How many events have happened; moments.count is all. */
    until: number;
    onChange: (until: number) => void;
}

export function AsOf({ moments, until, onChange }: Props) {
    const id = useId();
    const time = until === 0 ? "before the first" : localTime(moments.at(until));
    const told = `${until} of ${moments.count} events`;
    return (
        <div class="as-of">
            <label for={id}>As of</label>
            <input
                id={id}
                type="range"
                min={0}
                max={moments.count}
                step={1}
                value={until}
                aria-valuetext={`${time}, ${told}`}
                onInput={(event) => onChange(Number(event.currentTarget.value))}
            />
            <output for={id}>
                <span class="as-of-time">
                    {until === moments.count ? "now" : time}
                </span>{" "}
                <span class="muted">{told}</span>
            </output>
        </div>
    );
}

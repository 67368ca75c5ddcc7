/* SPDX-License-Identifier: Apache-2.0 */
/* bar_chart.tsx -- bars that lie: a name, a length, a value. */
import type { JSX } from "preact";
import type { Bar } from "./chart_model";

export function BarChart(props: { bars: readonly Bar[]; label: string; isSteps: boolean }): JSX.Element {
    const most = Math.max(0, ...props.bars.map((bar) => bar.value));
    const least = Math.min(0, ...props.bars.map((bar) => bar.value));
    const span = most - least || 1;
    return (
        <div class="bar-chart" tabIndex={0} role="group" aria-label={props.label}>
            <ul class={props.isSteps ? "bars steps" : "bars"}>
                {props.bars.map((bar, i) => (
                    <li key={i} class="bar">
                        <span class="bar-name" title={bar.name}>{bar.name}</span>
                        <span class="bar-track" aria-hidden="true">
                            <span class={bar.value < 0 ? "bar-fill is-negative" : "bar-fill"} style={{
                                left: `${100 * (Math.min(0, bar.value) - least) / span}%`,
                                width: `${100 * Math.abs(bar.value) / span}%`,
                            }} />
                        </span>
                        <span class="bar-value">{bar.text}</span>
                        {bar.notes.length > 0 && <span class="bar-notes">{bar.notes.join(" · ")}</span>}
                    </li>
                ))}
            </ul>
        </div>
    );
}

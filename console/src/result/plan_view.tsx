/* SPDX-License-Identifier: Apache-2.0 */
/* plan_view.tsx -- the rows of EXPLAIN as a tree, or as the text that they are. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Table } from "../data/table";
import { formatDuration } from "../format";
import { parsePlan, type PlanNode } from "./plan";

export function PlanView(props: { table: Table }): JSX.Element {
    const [isText, setText] = useState(false);
    const lines: string[] = [];
    for (let row = 0; row < props.table.rowCount; row++)
        lines.push(props.table.columns[0]?.text(row) ?? "");
    const plan = parsePlan(lines);
    return (
        <div class="plan">
            <div class="plan-bar">
                <button class="button quiet" aria-pressed={!isText} onClick={() => setText(false)}>Tree</button>
                <button class="button quiet" aria-pressed={isText} onClick={() => setText(true)}>Text</button>
            </div>
            {isText || plan.roots.length === 0 ? <pre class="plan-text" tabIndex={0}>{lines.join("\n")}</pre> :
                <div class="plan-tree" tabIndex={0} role="group" aria-label="Plan">
                    <ul>{plan.roots.map((node, i) => <NodeView key={i} node={node} wholeMs={plan.totalMs} />)}</ul>
                    {plan.footer.length > 0 && <p class="plan-footer">{plan.footer.join(" · ")}</p>}
                </div>}
        </div>
    );
}

function NodeView(props: { node: PlanNode; wholeMs: number }): JSX.Element {
    const { node } = props;
    const share = node.ownMs === null || props.wholeMs <= 0 ? null : Math.min(1, node.ownMs / props.wholeMs);
    return (
        <li>
            <div class="plan-node">
                <strong>{node.title}</strong>
                {share !== null && <>
                    <span class="plan-share" aria-hidden="true">
                        <span class="plan-share-bar" style={{ width: `${Math.round(share * 100)}%` }} />
                    </span>
                    <span class="plan-own" title="Without the steps below it">{formatDuration(node.ownMs ?? 0)}</span>
                </>}
                {node.facts.map((fact, i) => <span key={i} class="plan-fact">{fact}</span>)}
                {node.details.length > 0 && <div class="plan-details">{node.details.map((detail, i) => <div key={i}>{detail}</div>)}</div>}
            </div>
            {node.children.length > 0 && <ul>{node.children.map((child, i) => <NodeView key={i} node={child} wholeMs={props.wholeMs} />)}</ul>}
        </li>
    );
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.ts -- EXPLAIN's text as a tree.
 *
 *	Sort  (cost=1.00..2.00 rows=3 width=8) (actual time=0.1..0.2 rows=3 loops=1)
 *	  Sort Key: x
 *	  ->  Seq Scan on t  (cost=...)
 *	Planning Time: 0.1 ms
 *
 * A line with an arrow is a node, its column says below which; a line without
 * one is a detail of the last node, or, at the left edge, of the whole.
 */
export interface PlanNode {
    title: string;
    facts: string[]; /* what is in parentheses */
    details: string[];
    children: PlanNode[];
    totalMs: number | null; /* with those below it, over all loops */
    ownMs: number | null;
    indent: number;
}

export interface Plan {
    roots: PlanNode[];
    footer: string[];
    totalMs: number;
}

function parseNode(text: string, indent: number): PlanNode {
    const begin = text.search(/\s+\((cost=|actual |rows=|never )/);
    const title = begin < 0 ? text : text.slice(0, begin);
    const facts = begin < 0 ? [] : [...text.slice(begin).matchAll(/\(([^()]*)\)/g)].map((match) => match[1] ?? "");
    const actual = /actual (?:time=)?[\d.]+\.\.([\d.]+)/.exec(text);
    const loops = /loops=(\d+)/.exec(text);
    const totalMs = actual === null ? null : Number(actual[1]) * Number(loops?.[1] ?? 1);
    return { title, facts, details: [], children: [], totalMs, ownMs: null, indent };
}

export function parsePlan(lines: readonly string[]): Plan {
    const plan: Plan = { roots: [], footer: [], totalMs: 0 };
    const path: PlanNode[] = [];
    for (const line of lines) {
        const indent = line.search(/\S/);
        if (indent < 0)
            continue;
        const text = line.trim();
        const isArrow = text.startsWith("->");
        if (!isArrow && indent === 0 && plan.roots.length > 0) {
            plan.footer.push(text);
        } else if (isArrow || plan.roots.length === 0) {
            const node = parseNode(isArrow ? text.slice(2).trim() : text, isArrow ? indent : -1);
            while (path.length > 0 && (path[path.length - 1] as PlanNode).indent >= node.indent)
                path.pop();
            (path[path.length - 1]?.children ?? plan.roots).push(node);
            path.push(node);
        } else {
            (path[path.length - 1] as PlanNode).details.push(text);
        }
    }
    plan.roots.forEach(setOwn);
    plan.totalMs = plan.roots.reduce((sum, node) => sum + (node.totalMs ?? 0), 0);
    return plan;
}

function setOwn(node: PlanNode): void {
    node.children.forEach(setOwn);
    if (node.totalMs !== null)
        node.ownMs = Math.max(0, node.totalMs - node.children.reduce((sum, child) => sum + (child.totalMs ?? 0), 0));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* jump.tsx -- Ctrl+K: type a few letters, go to a type, a context or a page. */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { catalogue, loadCatalogue } from "./catalogue";
import { Dialog } from "./dialog";
import { contextHref, hrefOf } from "./router";

const isOpen = signal(false);

export function openJump(): void {
    isOpen.value = true;
    void loadCatalogue();
}

interface Target {
    kind: string;
    title: string;
    href: string;
}

const PAGES: Target[] = [
    { kind: "page", title: "Ask", href: hrefOf("ask") },
    { kind: "page", title: "Contexts", href: hrefOf("contexts") },
    { kind: "page", title: "Types", href: hrefOf("types") },
    { kind: "page", title: "Health", href: hrefOf("health") },
];

const TARGETS_MAX = 12;

export function findTargets(text: string, types: string[]): Target[] {
    const wanted = text.trim().toLowerCase();
    const all = PAGES.concat(types.map((name) => ({ kind: "type", title: name, href: hrefOf("types", name) })));
    const found = all.filter((target) => target.title.toLowerCase().includes(wanted));
    if (wanted !== "")
        found.push({ kind: "context", title: text.trim(), href: contextHref(text.trim()) });
    return found.slice(0, TARGETS_MAX);
}

export function JumpDialog(): JSX.Element {
    const close = (): void => {
        isOpen.value = false;
    };
    return (
        <Dialog title="Jump to" isOpen={isOpen.value} onClose={close} class="jump">
            <JumpList onDone={close} />
        </Dialog>
    );
}

function JumpList(props: { onDone: () => void }): JSX.Element {
    const [text, setText] = useState("");
    const [chosen, setChosen] = useState(0);
    const input = useRef<HTMLInputElement>(null);
    const targets = findTargets(text, catalogue.value.types.map((type) => type.name));
    useEffect(() => input.current?.focus(), []);
    const go = (target: Target | undefined): void => {
        if (target === undefined)
            return;
        location.hash = target.href;
        props.onDone();
    };
    const onKey = (event: KeyboardEvent): void => {
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step !== 0) {
            event.preventDefault();
            setChosen((chosen + step + targets.length) % Math.max(1, targets.length));
        } else if (event.key === "Enter") {
            event.preventDefault();
            go(targets[chosen]);
        }
    };
    return (
        <>
            <input ref={input} class="field" type="text" value={text} placeholder="A type, a context, a page"
                role="combobox" aria-label="Jump to" aria-expanded="true" aria-controls="jump-list"
                aria-activedescendant={`jump-${chosen}`} autocomplete="off" spellcheck={false}
                onInput={(event) => {
                    setText(event.currentTarget.value);
                    setChosen(0);
                }} onKeyDown={onKey} />
            <ul id="jump-list" class="jump-list" role="listbox" aria-label="Places">
                {targets.map((target, i) => (
                    <li key={target.href} id={`jump-${i}`} role="option" aria-selected={i === chosen}
                        onClick={() => go(target)}>
                        <span>{target.title}</span>
                        <small>{target.kind}</small>
                    </li>
                ))}
            </ul>
        </>
    );
}

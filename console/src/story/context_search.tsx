/* SPDX-License-Identifier: Apache-2.0 */
/* context_search.tsx -- where a context is named: a text with what there is that begins like it. */
import { useEffect, useId, useState } from "preact/hooks";
import { go } from "../router";
import { contextsLike } from "./load";

const SHOWN = 12;
const PAUSE_MS = 150;

const open = (name: string): void => go("context", name);

/* Contexts that begin like the text, once it has rested. */
function useNames(text: string, isOpen: boolean): string[] {
    const [names, setNames] = useState<string[]>([]);
    useEffect(() => {
        if (!isOpen || text === "") {
            setNames([]);
            return;
        }
        const control = new AbortController();
        const timer = setTimeout(() => {
            contextsLike(text, SHOWN, control.signal).then(setNames, () => {
                if (!control.signal.aborted) setNames([]);
            });
        }, PAUSE_MS);
        return () => {
            clearTimeout(timer);
            control.abort();
        };
    }, [text, isOpen]);
    return names;
}

export function ContextSearch({ name }: { name: string }) {
    const [text, setText] = useState(name);
    const [isOpen, setIsOpen] = useState(false);
    const [chosen, setChosen] = useState(-1);
    const names = useNames(text, isOpen);
    const id = useId();
    useEffect(() => setText(name), [name]);

    const choose = (to: string) => {
        setIsOpen(false);
        setChosen(-1);
        if (to !== "") open(to);
    };
    const onKeyDown = (event: KeyboardEvent) => {
        if (event.key === "Escape") setIsOpen(false);
        else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            setIsOpen(true);
            setChosen((old) => Math.max(-1, Math.min(old + step, names.length - 1)));
        }
    };
    const isShown = isOpen && names.length > 0;
    return (
        <form
            class="search"
            role="search"
            onSubmit={(event) => {
                event.preventDefault();
                choose(names[chosen] ?? text.trim());
            }}
        >
            <label for={id} class="visually-hidden">
                Context
            </label>
            <div class="search-box">
                <input
                    id={id}
                    class="field"
                    type="text"
                    value={text}
                    placeholder="Name of a context, as order-9001"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck={false}
                    role="combobox"
                    aria-expanded={isShown}
                    aria-controls={`${id}-names`}
                    aria-autocomplete="list"
                    aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
                    onInput={(event) => {
                        setText(event.currentTarget.value);
                        setIsOpen(true);
                        setChosen(-1);
                    }}
                    onKeyDown={onKeyDown}
                    onBlur={() => setIsOpen(false)}
                />
                <ul
                    id={`${id}-names`}
                    role="listbox"
                    aria-label="Contexts"
                    class="search-names"
                    hidden={!isShown}
                >
                    {names.map((one, i) => (
                        <li
                            key={one}
                            id={`${id}-${i}`}
                            role="option"
                            aria-selected={i === chosen}
                            onMouseDown={(event) => {
                                event.preventDefault();
                                choose(one);
                            }}
                        >
                            {one}
                        </li>
                    ))}
                </ul>
            </div>
            <button type="submit" class="button">Show</button>
        </form>
    );
}

/* SPDX-License-Identifier: Apache-2.0 */
/* value.tsx -- a value of a payload: text as it is, JSON unfolded. */
import { useState } from "preact/hooks";
import { type Json, JsonNumber, isNested, plainText } from "./json";

/* Characters of a text, or parts of an object, that are shown without asking. */
const TEXT_SHOWN = 1000;
const PARTS_SHOWN = 50;

export function Value({ value }: { value: Json }) {
    if (typeof value === "string") return <Text text={value} />;
    if (isNested(value)) return <Nested value={value} />;
    const kind =
        value === null ? "null" : value instanceof JsonNumber ? "number" : "bool";
    return <span class={`value value-${kind}`}>{plainText(value)}</span>;
}

function Text({ text }: { text: string }) {
    const [isWhole, setIsWhole] = useState(text.length <= TEXT_SHOWN);
    if (text === "") return <span class="value value-null">empty</span>;
    return (
        <span class="value value-text">
            {isWhole ? text : `${text.slice(0, TEXT_SHOWN)}…`}
            {!isWhole && (
                <button type="button" class="link" onClick={() => setIsWhole(true)}>
                    all {text.length} characters
                </button>
            )}
        </span>
    );
}

function Nested({ value }: { value: Json[] | { [key: string]: Json } }) {
    const parts = Object.entries(value);
    const [shown, setShown] = useState(PARTS_SHOWN);
    if (parts.length === 0)
        return (
            <span class="value value-null">
                {Array.isArray(value) ? "no elements" : "no members"}
            </span>
        );
    return (
        <dl class="json">
            {parts.slice(0, shown).map(([name, part]) => (
                <div key={name} class={isNested(part) ? "json-deep" : undefined}>
                    <dt>{name}</dt>
                    <dd>
                        <Value value={part} />
                    </dd>
                </div>
            ))}
            {parts.length > shown && (
                <div>
                    <dt />
                    <dd>
                        <button
                            type="button"
                            class="link"
                            onClick={() => setShown(shown + 500)}
                        >
                            {parts.length - shown} more
                        </button>
                    </dd>
                </div>
            )}
        </dl>
    );
}

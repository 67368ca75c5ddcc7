/* SPDX-License-Identifier: Apache-2.0 */
/* field.tsx -- an input with its label, what to type, and what is wrong with it. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface InputProps {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean | undefined;
}

interface Props {
    label: string;
    /* Behind the label, in small letters: a type, "optional". */
    note?: string;
    wrong?: string | undefined;
    children: (input: InputProps) => ComponentChildren;
}

export function Field({ label, note, wrong, children }: Props) {
    const id = useId();
    return (
        <div class={wrong === undefined ? "labelled" : "labelled labelled-wrong"}>
            <label for={id}>
                {label}
                {note !== undefined && <span class="labelled-note">{note}</span>}
            </label>
            {children({
                id,
                "aria-describedby": wrong === undefined ? undefined : `${id}-wrong`,
                "aria-invalid": wrong === undefined ? undefined : true,
            })}
            {wrong !== undefined && <p class="labelled-error" id={`${id}-wrong`}>{wrong}</p>}
        </div>
    );
}

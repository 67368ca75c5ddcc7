/* SPDX-License-Identifier: Apache-2.0 */
/* store_form.tsx -- an event of a type, by hand. */
import { useMemo, useState } from "preact/hooks";
import { Field, type InputProps } from "../parts/field";
import { fieldType } from "./field_type";
import { RunStatement } from "./run_statement";
import { type KnownField, type NewEvent, storeStatement } from "./statement";

interface Props {
    type: string;
    fields: KnownField[];
    onStored: () => void;
}

export function StoreForm({ type, fields, onStored }: Props) {
    const [event, setEvent] = useState<NewEvent>({ context: "", time: "", values: {} });
    const [isTried, setIsTried] = useState(false);
    const { statement, wrong } = useMemo(
        () => storeStatement(type, fields, event), [type, fields, event]);
    const wrongAt = (key: string): string | undefined => isTried ? wrong.get(key) : undefined;
    const setValue = (name: string, text: string): void =>
        setEvent((old) => ({ ...old, values: { ...old.values, [name]: text } }));
    return (
        <form class="card form" onSubmit={(submit) => submit.preventDefault()}>
            <h2>Store an event</h2>
            <div class="fields">
                <Field label="Context" wrong={wrongAt("context")}>
                    {(input) => (
                        <input {...input} class="field" type="text" value={event.context} placeholder="order-9001"
                            autocomplete="off" spellcheck={false}
                            onInput={({ currentTarget: { value } }) =>
                                setEvent((old) => ({ ...old, context: value.trim() }))} />
                    )}
                </Field>
                <Field label="Time" note="empty: now" wrong={wrongAt("time")}>
                    {(input) => (
                        <input {...input} class="field" type="text" value={event.time} placeholder="2026-01-31T10:11:12Z"
                            autocomplete="off" spellcheck={false}
                            onInput={({ currentTarget: { value } }) =>
                                setEvent((old) => ({ ...old, time: value.trim() }))} />
                    )}
                </Field>
                {fields.map((field) => (
                    <Field key={field.name} label={field.name}
                        note={field.type.startsWith("[") ? optional(field, "") : optional(field, field.type)}
                        wrong={wrongAt(`field ${field.name}`)}>
                        {(input) => (
                            <FieldInput input={input} field={field}
                                value={event.values[field.name] ?? ""}
                                onInput={(text) => setValue(field.name, text)} />
                        )}
                    </Field>
                ))}
            </div>
            <RunStatement statement={statement} action="Store it" isReady={wrong.size === 0}
                onTry={() => setIsTried(true)} onDone={onStored} />
        </form>
    );
}

function optional(field: KnownField, type: string): string {
    const words = [type, field.isOptional ? "optional" : ""].filter((word) => word !== "");
    return words.join(", ");
}

interface FieldInputProps {
    input: InputProps;
    field: KnownField;
    value: string;
    onInput: (text: string) => void;
}

function FieldInput({ input, field, value, onInput }: FieldInputProps) {
    const type = fieldType(field.type);
    if (type.input === "choice")
        return (
            <select {...input} class="field" value={value} onChange={(event) => onInput(event.currentTarget.value)}>
                <option value="">{field.isOptional ? "none" : "choose"}</option>
                {type.labels.map((label) => <option key={label} value={label}>{label}</option>)}
            </select>
        );
    if (type.input === "long")
        return (
            <textarea {...input} class="field" rows={3} value={value} placeholder={type.hint} spellcheck={false}
                onInput={(event) => onInput(event.currentTarget.value)} />
        );
    return (
        <input {...input} class="field" type="text" value={value} placeholder={type.hint}
            autocomplete="off" spellcheck={false}
            onInput={(event) => onInput(event.currentTarget.value)} />
    );
}

/* SPDX-License-Identifier: Apache-2.0 */
/* define_form.tsx -- a new event type. */
import { useMemo, useState } from "preact/hooks";
import { Field } from "../parts/field";
import { RunStatement } from "./run_statement";
import { CHOICES, type Choice, defineStatement, emptyField, type NewField } from "./statement";

interface Props {
    onDefined: (name: string) => void;
}

export function DefineForm({ onDefined }: Props) {
    const [name, setName] = useState("");
    const [fields, setFields] = useState<NewField[]>([emptyField()]);
    const [isTried, setIsTried] = useState(false);
    const { statement, wrong } = useMemo(() => defineStatement(name, fields), [name, fields]);
    const wrongAt = (key: string): string | undefined => isTried ? wrong.get(key) : undefined;

    const edit = (at: number, change: Partial<NewField>): void =>
        setFields((old) => old.map((field, i) => i === at ? { ...field, ...change } : field));
    return (
        <form class="card form" onSubmit={(event) => event.preventDefault()}>
            <h2>Define an event type</h2>
            <Field label="Name" wrong={wrongAt("name")}>
                {(input) => (
                    <input {...input} class="field" type="text" value={name} placeholder="order_placed"
                        autocomplete="off" spellcheck={false}
                        onInput={(event) => setName(event.currentTarget.value.trim())} />
                )}
            </Field>
            <fieldset class="new-fields">
                <legend>Fields</legend>
                {fields.map((field, i) => (
                    <FieldRow key={i} field={field} place={i}
                        wrongName={wrongAt(`field ${i}`)} wrongKind={wrongAt(`kind ${i}`)}
                        onEdit={(change) => edit(i, change)}
                        onRemove={() => setFields(fields.filter((_, at) => at !== i))} />
                ))}
                <button type="button" class="button" onClick={() => setFields([...fields, emptyField()])}>
                    Add a field
                </button>
            </fieldset>
            <RunStatement statement={statement} action="Define it" isReady={wrong.size === 0}
                onTry={() => setIsTried(true)} onDone={() => onDefined(name)} />
        </form>
    );
}

interface RowProps {
    field: NewField;
    place: number;
    wrongName: string | undefined;
    wrongKind: string | undefined;
    onEdit: (change: Partial<NewField>) => void;
    onRemove: () => void;
}

function FieldRow({ field, place, wrongName, wrongKind, onEdit, onRemove }: RowProps) {
    return (
        <div class="new-field" role="group" aria-label={`Field ${place + 1}`}>
            <Field label="Field" wrong={wrongName}>
                {(input) => (
                    <input {...input} class="field" type="text" value={field.name} placeholder="amount"
                        autocomplete="off" spellcheck={false}
                        onInput={(event) => onEdit({ name: event.currentTarget.value.trim() })} />
                )}
            </Field>
            <Field label="Type" wrong={wrongKind}>
                {(input) => (
                    <select {...input} class="field" value={field.choice}
                        onChange={(event) => onEdit({ choice: event.currentTarget.value as Choice })}>
                        {CHOICES.map((choice) => <option key={choice}>{choice}</option>)}
                    </select>
                )}
            </Field>
            <label class="check">
                <input type="checkbox" checked={field.isOptional}
                    onChange={(event) => onEdit({ isOptional: event.currentTarget.checked })} />
                optional
            </label>
            <button type="button" class="button quiet" aria-label={`Remove field ${place + 1}`}
                onClick={onRemove}>×</button>
            {field.choice === "decimal" && <DecimalDigits field={field} onEdit={onEdit} />}
            {field.choice === "enum" && (
                <Field label="Values, in their order, a line each">
                    {(input) => (
                        <textarea {...input} class="field" rows={3} value={field.labels} placeholder={"web\nshop"}
                            onInput={(event) => onEdit({ labels: event.currentTarget.value })} />
                    )}
                </Field>
            )}
        </div>
    );
}

function DecimalDigits({ field, onEdit }: Pick<RowProps, "field" | "onEdit">) {
    return (
        <div class="digits">
            <Field label="Digits">
                {(input) => (
                    <input {...input} class="field" type="number" min={1} max={38} value={field.precision}
                        onInput={(event) => onEdit({ precision: event.currentTarget.value })} />
                )}
            </Field>
            <Field label="Behind the point">
                {(input) => (
                    <input {...input} class="field" type="number" min={0} max={38} value={field.scale}
                        onInput={(event) => onEdit({ scale: event.currentTarget.value })} />
                )}
            </Field>
        </div>
    );
}

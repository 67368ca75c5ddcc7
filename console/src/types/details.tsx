/* SPDX-License-Identifier: Apache-2.0 */
/* details.tsx -- one event type: its fields, who may use it, and its last events. */
import { useCallback, useState } from "preact/hooks";
import { askRecords, type Texts } from "../parts/ask";
import { Empty, Failed, Loading } from "../parts/message";
import { quoteName } from "../language/quote";
import { localTime, utcMs } from "../parts/times";
import { useLoad } from "../parts/use_load";
import { contextHref, hrefOf } from "../router";
import { allowWrites } from "../session";
import { enumLabels } from "./field_type";
import { type DescribedField, lastEvents, loadDetails, type Right } from "./load";
import { StoreForm } from "./store_form";

export function TypeDetails({ name }: { name: string }) {
    const load = useCallback((signal: AbortSignal) => loadDetails(name, signal), [name]);
    const { value, error, reload } = useLoad(load);
    const [stored, setStored] = useState(0);
    if (error)
        return <Failed error={error} onRetry={reload} />;
    if (!value)
        return <Loading />;
    return (
        <>
            <div class="buttons">
                <a class="button" href={hrefOf("ask", "", { text: `QUERY ${quoteName(name)} LIMIT 100` })}>Ask</a>
            </div>
            <Fields fields={value.fields} />
            {value.rights !== null && value.rights.length > 0 && <Rights rights={value.rights} />}
            <LastEvents key={stored} name={name} />
            {allowWrites.value && value.mayStore &&
                <StoreForm type={name} fields={value.fields} onStored={() => setStored(stored + 1)} />}
            {!allowWrites.value && value.mayStore &&
                <p class="muted">To store an event by hand, allow writes above.</p>}
        </>
    );
}

function Fields({ fields }: { fields: DescribedField[] }) {
    return (
        <section class="card">
            <h2>Fields</h2>
            {fields.length === 0 ? <Empty>It has none.</Empty> : (
                <div class="scroll-x" tabIndex={0} role="region" aria-label="Fields">
                    <table class="plain">
                        <thead>
                            <tr>
                                <th scope="col">Field</th>
                                <th scope="col">Type</th>
                                <th scope="col">May be missing</th>
                                <th scope="col">Since version</th>
                            </tr>
                        </thead>
                        <tbody>
                            {fields.map((field) => (
                                <tr key={field.name}>
                                    <th scope="row">{field.name}</th>
                                    <td><FieldTypeName type={field.type} /></td>
                                    <td>{field.isOptional ? (field.default === "" ? "yes" : `yes: then ${field.default}`) : ""}</td>
                                    <td>{field.version}</td>
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
        </section>
    );
}

function FieldTypeName({ type }: { type: string }) {
    const labels = enumLabels(type);
    if (labels === null)
        return <code>{type}</code>;
    return <>one of {labels.map((label) => <code key={label} class="label">{label}</code>)}</>;
}

function Rights({ rights }: { rights: Right[] }) {
    return (
        <section class="card">
            <h2>Who may</h2>
            <table class="plain">
                <thead>
                    <tr>
                        <th scope="col">User</th>
                        <th scope="col">Read</th>
                        <th scope="col">Store</th>
                    </tr>
                </thead>
                <tbody>
                    {rights.map((right) => (
                        <tr key={right.user}>
                            <th scope="row">{right.user}</th>
                            <td>{right.read ? "yes" : "no"}</td>
                            <td>{right.write ? "yes" : "no"}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </section>
    );
}

const OWN = new Set(["context_id", "timestamp", "event_id"]);

function LastEvents({ name }: { name: string }) {
    const load = useCallback((signal: AbortSignal) => askRecords(lastEvents(name), signal), [name]);
    const { value, error, reload } = useLoad(load);
    return (
        <section class="card">
            <div class="card-head">
                <h2>Last events</h2>
                <button type="button" class="button" onClick={reload}>Reload</button>
            </div>
            {error && <Failed error={error} onRetry={reload} />}
            {!value && !error && <Loading />}
            {value && (value.length === 0 ? <Empty>There are none yet.</Empty> : <EventsTable rows={value} />)}
        </section>
    );
}

function EventsTable({ rows }: { rows: Texts[] }) {
    const fields = Object.keys(rows[0] ?? {}).filter((field) => !OWN.has(field));
    return (
        <div class="scroll-x" tabIndex={0} role="region" aria-label="Last events">
            <table class="plain">
                <thead>
                    <tr>
                        <th scope="col">Context</th>
                        <th scope="col">Time</th>
                        {fields.map((field) => <th scope="col" key={field}>{field}</th>)}
                    </tr>
                </thead>
                <tbody>
                    {rows.map((row) => (
                        <tr key={row.event_id}>
                            <th scope="row"><a href={contextHref(row.context_id ?? "")}>{row.context_id}</a></th>
                            <td class="time">
                                <time title={`${row.timestamp} (UTC)`}>
                                    {localTime(utcMs(row.timestamp ?? ""), row.timestamp ?? "")}
                                </time>
                            </td>
                            {fields.map((field) => (
                                <td key={field} class="cell">{row[field] ?? <span class="muted">null</span>}</td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

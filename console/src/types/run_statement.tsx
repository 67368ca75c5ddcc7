/* SPDX-License-Identifier: Apache-2.0 */
/* run_statement.tsx -- a statement that a form has made, before it runs and after. */
import { useEffect, useRef, useState } from "preact/hooks";
import { change } from "../parts/ask";

interface Props {
    statement: string;
    /* What the button says. */
    action: string;
    /* The form has everything; else what is missing is shown where it is. */
    isReady: boolean;
    onTry: () => void;
    onDone: () => void;
}

export function RunStatement({ statement, action, isReady, onTry, onDone }: Props) {
    const [state, setState] = useState<{ error?: Error; done?: string; isRunning?: boolean }>({});
    const control = useRef<AbortController | null>(null);
    useEffect(() => () => control.current?.abort(), []);

    const run = async (): Promise<void> => {
        onTry();
        if (!isReady)
            return;
        control.current = new AbortController();
        setState({ isRunning: true });
        try {
            setState({ done: await change(statement, control.current.signal) });
            onDone();
        } catch (error) {
            setState({ error: error as Error });
        }
    };
    return (
        <div class="run-statement">
            <h3>What will run</h3>
            <pre class="statement" tabIndex={0} aria-label="Statement">{statement}</pre>
            <div class="buttons">
                <button type="button" class="button primary" disabled={state.isRunning} onClick={run}>
                    {action}
                </button>
                <p role="status" class="done">{state.done}</p>
            </div>
            {state.error && <p class="note error" role="alert">{state.error.message}</p>}
        </div>
    );
}

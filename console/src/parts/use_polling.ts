/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use_polling.ts -- something that is asked for again and again, while the page
 * is seen: one request at a time, and none by a tab in the background.
 */
import { useEffect, useRef, useState } from "preact/hooks";

/* A failure does not end it: a server that restarts is found again. */
export function usePolling(look: (signal: AbortSignal) => Promise<void>, everyMs: number): Error | undefined {
    const [error, setError] = useState<Error>();
    const latest = useRef(look);
    latest.current = look;

    useEffect(() => {
        let control = new AbortController();
        let timer = 0;
        const again = async (): Promise<void> => {
            const { signal } = control;
            try {
                await latest.current(signal);
                if (!signal.aborted)
                    setError(undefined);
            } catch (failure) {
                if (!signal.aborted)
                    setError(failure as Error);
            }
            if (!signal.aborted)
                timer = window.setTimeout(() => void again(), everyMs);
        };
        const stop = (): void => {
            clearTimeout(timer);
            control.abort();
        };
        const follow = (): void => {
            stop();
            control = new AbortController();
            if (!document.hidden)
                void again();
        };
        document.addEventListener("visibilitychange", follow);
        follow();
        return () => {
            document.removeEventListener("visibilitychange", follow);
            stop();
        };
    }, [everyMs]);
    return error;
}

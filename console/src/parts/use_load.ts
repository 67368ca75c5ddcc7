/* SPDX-License-Identifier: Apache-2.0 */
/* use_load.ts -- what a component loads: given up when it goes, or asks for something else. */
import { useCallback, useEffect, useState } from "preact/hooks";

export interface Loaded<T> {
    /* What came last; stays while it is loaded again. */
    value?: T;
    error?: Error;
    isLoading: boolean;
    reload: () => void;
}

/*
 * `load` must stay the same function as long as it loads the same thing; who shows
 * something else gives the component another key.
 */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
    const [state, setState] = useState<{ value?: T; error?: Error }>({});
    const [isLoading, setIsLoading] = useState(true);
    const [times, setTimes] = useState(0);
    const reload = useCallback(() => setTimes((n) => n + 1), []);

    useEffect(() => {
        const control = new AbortController();
        setIsLoading(true);
        load(control.signal).then(
            (value) => {
                if (control.signal.aborted) return;
                setState({ value });
                setIsLoading(false);
            },
            (error: Error) => {
                if (control.signal.aborted) return;
                setState((old) => ({ ...old, error }));
                setIsLoading(false);
            },
        );
        return () => control.abort();
    }, [load, times]);
    return { value: state.value, error: state.error, isLoading, reload };
}

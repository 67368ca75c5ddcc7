/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.ts -- what the browser keeps: JSON under a name.
 *
 * Storage may be full, forbidden or written by another version: then nothing
 * is kept, or what is there counts as nothing.  `tab` is kept until the tab is
 * closed, `browser` until somebody clears it.
 */
const PREFIX = "stele.";

export interface Keeper {
    read<T>(name: string, fallback: T, isRight: (value: unknown) => value is T): T;
    /* Whether it is kept now. */
    write(name: string, value: unknown): boolean;
    remove(name: string): void;
}

/* Call when another tab of this browser has written what `browser` keeps. */
export function whenWritten(name: string, listener: () => void): void {
    globalThis.addEventListener?.("storage", (event: Event) => {
        if ((event as StorageEvent).key === PREFIX + name)
            listener();
    });
}

function keeper(storage: () => Storage): Keeper {
    return {
        read(name, fallback, isRight) {
            try {
                const text = storage().getItem(PREFIX + name);
                const value: unknown = text === null ? undefined : JSON.parse(text);
                return isRight(value) ? value : fallback;
            } catch {
                return fallback;
            }
        },
        write(name, value) {
            try {
                storage().setItem(PREFIX + name, JSON.stringify(value));
                return true;
            } catch {
                return false;
            }
        },
        remove(name) {
            try {
                storage().removeItem(PREFIX + name);
            } catch {
                /* there is nothing to remove */
            }
        },
    };
}

export const tab = keeper(() => sessionStorage);
export const browser = keeper(() => localStorage);

export const isText = (value: unknown): value is string => typeof value === "string";
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
export const isCount = (value: unknown): value is number =>
    typeof value === "number" && Number.isFinite(value);

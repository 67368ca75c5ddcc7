/* SPDX-License-Identifier: Apache-2.0 */
/* dialog.tsx -- a modal dialog: the browser's own, with its focus and Esc. */
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";

export function Dialog(props: {
    title: string;
    isOpen: boolean;
    onClose: () => void;
    class?: string;
    children: ComponentChildren;
}): JSX.Element | null {
    const dialog = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        if (props.isOpen)
            dialog.current?.showModal();
    }, [props.isOpen]);
    if (!props.isOpen)
        return null;
    return (
        <dialog ref={dialog} class={`dialog ${props.class ?? ""}`} aria-label={props.title}
            onClose={props.onClose} onClick={(event) => {
                /* a click beside it */
                if (event.target === dialog.current)
                    props.onClose();
            }}>
            <div class="dialog-body">
                <div class="dialog-head">
                    <h2>{props.title}</h2>
                    <button class="icon-button" aria-label="Close" onClick={props.onClose}>
                        <svg viewBox="0 0 16 16" width="16" height="16" class="icon" aria-hidden="true"><path d="m3.5 3.5 9 9m0-9-9 9" /></svg>
                    </button>
                </div>
                {props.children}
            </div>
        </dialog>
    );
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router.ts -- the place in the console is the hash of the address:
 *
 *	#/ask   #/contexts   #/context/NAME   #/types   #/types/NAME   #/health
 *
 * Behind a question mark stand parameters, as in #/ask?text=PING.
 */
import { signal } from "@preact/signals";

export interface Route {
    page: string; /* the first word; "ask" if there is none */
    name: string; /* what is behind it, unescaped; may be empty */
    parameters: URLSearchParams;
}

export function parseRoute(hash: string): Route {
    const [path = "", query = ""] = split(hash.replace(/^#\/?/, ""), "?");
    const [page = "", name = ""] = split(path, "/");
    return {
        page: page === "" ? "ask" : page,
        name: unescape(name),
        parameters: new URLSearchParams(query),
    };
}

function split(text: string, separator: string): [string, string] {
    const at = text.indexOf(separator);
    return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

export function hrefOf(page: string, name = "", parameters: Record<string, string> = {}): string {
    const query = new URLSearchParams(parameters).toString();
    return `#/${page}` + (name === "" ? "" : `/${encodeURIComponent(name)}`) +
        (query === "" ? "" : `?${query}`);
}

export const contextHref = (name: string): string => hrefOf("context", name);

export function go(page: string, name = "", parameters: Record<string, string> = {}): void {
    location.hash = hrefOf(page, name, parameters);
}

export const route = signal<Route>({ page: "ask", name: "", parameters: new URLSearchParams() });

export function followAddress(): void {
    const follow = (): void => {
        route.value = parseRoute(location.hash);
    };
    addEventListener("hashchange", follow);
    follow();
}

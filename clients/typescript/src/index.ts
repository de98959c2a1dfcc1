/** The public API, typed: paths, parameters, bodies and answers come from the OpenAPI document alone. */

import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type { components, paths };
export type Api = Client<paths>;
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Problem = components["schemas"]["Problem"];

export interface Options {
  /** Where the door is, for example https://mot-cua.example */
  url: string;
  /** Gives the bearer token of whoever is asking; leave out for the public, or for a browser's session cookie. */
  token?: () => string | Promise<string>;
}

/** A refusal: `code` is stable and for programs, the message is Vietnamese and for people. */
export class Refused extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "Refused";
  }

  get code(): string {
    return this.problem.code;
  }
}

/** Return a client of the door. */
export function connect({ url, token }: Options): Api {
  const api = createClient<paths>({ baseUrl: url });
  const who: Middleware = {
    async onRequest({ request }) {
      if (token) request.headers.set("Authorization", `Bearer ${await token()}`);
      // Other sites' pages cannot send this header: it is what makes a session's cookie safe to use.
      else request.headers.set("X-Requested-With", "motcua-client");
      return request;
    },
  };
  api.use(who);
  return api;
}

/** Headers of a write: a fresh key, so that sending it again by accident does nothing twice. */
export function once(key: string = crypto.randomUUID()): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}

/** Headers of a change to what was seen in this version. */
export function seen(version: number, key?: string): { "Idempotency-Key": string; "If-Match": string } {
  return { ...once(key), "If-Match": `"${version}"` };
}

type Answered<Data> = { data?: Data; error?: unknown; response: Response };

/** Return what was answered; throw `Refused` for a problem. */
export async function must<Data>(asked: Promise<Answered<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  if (!response.ok) throw new Refused(response.status, error as Problem);
  return data as NonNullable<Data>;
}

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

type Only<Data extends Page<unknown>, Name> = Omit<Data, "items"> & {
  items: Pick<Data["items"][number], Name & keyof Data["items"][number]>[];
};

/** Ask a list for these members of each item (`fields=`): it answers no others, whatever its schema requires. */
export function only<Data extends Page<unknown>, const Name extends string>(
  names: readonly Name[],
  page: (fields: Name[]) => Promise<Answered<Data>>,
): Promise<Answered<Only<Data, Name>>> {
  return page([...names]) as Promise<Answered<Only<Data, Name>>>;
}

/** Walk a list to its end, page after page: every list of the API pages in the same way. */
export async function* every<Item>(
  page: (cursor: string) => Promise<Answered<Page<Item>>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor = "";
  do {
    const found = await must(page(cursor));
    yield* found.items;
    cursor = found.next_cursor ?? "";
  } while (cursor);
}

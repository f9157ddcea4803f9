import { asSentence, type FormState } from "./form.tsx";

/** A refusal of the admin API as its client sees it. */
export interface Refused {
  status: number;
  code: string;
  detail: string;
  errors: { path: string; message: string }[];
}

/**
 * Reads the problem of an answer that is not ok, its detail as the start of a sentence and without the
 * full stop.
 *
 * @throws for an answer that is no problem
 */
export async function readRefusal(
  response: Pick<Response, "status"> & { json(): Promise<unknown> },
): Promise<Refused> {
  const { code, title, detail, errors } = await response.json() as {
    code: string;
    title: string;
    detail?: string;
    errors?: Refused["errors"];
  };
  const told = asSentence(detail ?? title).replace(/\.$/, "");
  return { status: response.status, code, detail: told, errors: errors ?? [] };
}

/**
 * A refused form, to be shown again: faults of fields beside them, everything else above. `fieldOf`
 * names the field of a path where they differ, as `limits.burst` and `burst`.
 */
export function refusedForm(
  values: Record<string, string>,
  refused: Refused,
  fieldOf: (path: string) => string = (path) => path,
): FormState {
  const errors: Record<string, string> = {};
  for (const { path, message } of refused.errors) errors[fieldOf(path)] ??= message;
  const told = Object.keys(errors).length > 0;
  return { values, errors, problem: told ? "Please look at the marked fields." : refused.detail };
}

/** A refusal that a page cannot do without an answer for; the back office shows it as a page. */
export class RefusedByApi extends Error {
  constructor(readonly refused: Refused) {
    super(`The admin API refused: ${refused.status} ${refused.detail}`);
    this.name = "RefusedByApi";
  }
}

/**
 * The JSON of an answer that a page cannot do without, as `await take<Sale>(await api.…$get(…))`.
 *
 * @throws {RefusedByApi} for any answer that is not ok: a page of its own then says so
 */
export async function take<T>(
  response: Pick<Response, "ok" | "status" | "headers"> & { json(): Promise<unknown> },
): Promise<T> {
  if (!response.ok) throw new RefusedByApi(await readRefusal(response));
  return await response.json() as T;
}

/** The text fields of a sent form; files and repeated names are left to their own readers. */
export async function readForm(
  request: { formData(): Promise<FormData> },
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of await request.formData()) {
    if (typeof value === "string") values[name] = value;
  }
  return values;
}

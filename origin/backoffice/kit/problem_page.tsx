import type { Log } from "../../../shared/log.ts";
import { DatabaseError } from "../../database/database.ts";
import type { Role } from "../../operators/principal.ts";
import type { PageContext } from "../page_env.ts";
import { RefusedByApi } from "./api_answers.ts";
import { DoorPage, may, page, type PageStatus } from "./frame.tsx";

/** What somebody is told who came for something that is not there. */
export function notFoundPage(c: PageContext): Response | Promise<Response> {
  return problemAnswer(c, 404, {
    title: "Not found",
    text: "There is nothing here. It may have been deleted, or the address is mistyped.",
  });
}

/** A form that is larger than its page's forms can be: as a picture as a camera makes it. */
export function largeFormPage(c: PageContext): Response | Promise<Response> {
  return problemAnswer(c, 413, {
    title: "Too large",
    text:
      "What you sent is too large; a picture has at most 2 MB. Nothing was changed: go back and " +
      "make it smaller.",
  });
}

/** A form that is not from our own page, or from one of a session that is over. */
export function foreignFormPage(
  c: PageContext,
  replaced: { origin: string; host: string } | null = null,
): Response | Promise<Response> {
  const proxy = replaced === null
    ? ""
    : ` It came from ${replaced.origin} and reached this origin as ${replaced.host}: if that is ` +
      "one and the same place, the proxy in between has to pass the Host header on unchanged.";
  return problemAnswer(c, 403, {
    title: "Not from this page",
    text: "This form is not from this page. Nothing was changed: go back and load it again." +
      proxy,
  });
}

/**
 * Before a form that would only be refused when it is sent: the page is not for a lower role.
 *
 * @throws {RefusedByApi} as the API refuses the form, for who does not reach the role
 */
export function mustBe(c: PageContext, needed: Role): void {
  if (may(c, needed)) return;
  const detail = `This needs the role ${needed}: yours is ${c.get("principal").role}`;
  throw new RefusedByApi({ status: 403, code: "forbidden", detail, errors: [] });
}

/** A page for what a handler threw: a refusal of the API, or a failure, which is logged. */
export function problemPage(
  c: PageContext,
  error: Error,
  log: Log,
): Response | Promise<Response> {
  if (error instanceof RefusedByApi) {
    const { status, detail } = error.refused;
    if (status === 404) return notFoundPage(c);
    if (status === 403) {
      return problemAnswer(c, 403, { title: "Not for your role", text: detail });
    }
    if (status === 503) return problemAnswer(c, 503, AWAY);
    // The API has logged what happened.
    if (status >= 500) return problemAnswer(c, 500, WRONG);
    return problemAnswer(c, statusOf(status), { title: "Refused", text: detail });
  }
  const { method, path } = c.req;
  const told = error.stack ?? String(error);
  log.error("{method} {path} failed: {error}", { method, path, error: told });
  if (error instanceof DatabaseError) return problemAnswer(c, 503, AWAY);
  return problemAnswer(c, 500, WRONG);
}

const WRONG = {
  title: "Something went wrong",
  text: "This page could not be made. What happened is in the log of this origin.",
};

const AWAY = {
  title: "The database is away",
  text: "Nothing was lost: sales that run go on, and this page works again when the database " +
    "answers. Load it again in a moment.",
};

function statusOf(status: number): PageStatus {
  return status === 409 || status === 422 || status === 429 ? status : 400;
}

function problemAnswer(
  c: PageContext,
  status: PageStatus,
  { title, text }: { title: string; text: string },
): Response | Promise<Response> {
  const body = (
    <>
      <p>{text}</p>
      <p class="actions">
        <a class="button" href="/admin">To the overview</a>
      </p>
    </>
  );
  // The guard itself may have failed: then nobody knows yet who asks.
  if (c.get("principal") === undefined) {
    return c.html(`<!DOCTYPE html>${String(<DoorPage title={title}>{body}</DoorPage>)}`, status);
  }
  return page(c, { title, place: null, children: <div class="card stack">{body}</div> }, status);
}

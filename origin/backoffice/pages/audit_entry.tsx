import type { Child } from "hono/jsx";
import { type Difference, differences } from "../audit_difference.ts";
import { Time } from "../kit/parts.tsx";
import type { PageContext } from "../page_env.ts";

/** An entry as the API tells of it. */
export interface AuditView {
  id: number;
  who: string;
  role: string;
  via: "token" | "session" | "password";
  when: string;
  finishedAt: string | null;
  action: string;
  target: string;
  state: "begun" | "done" | "refused" | "failed";
  requestId: string;
  before: unknown;
  after: unknown;
}

/** Fields that are shown at once; more are behind a line that unfolds them. */
const SHOWN_AT_ONCE = 3;

/** Pages of what entries are about. */
const PAGES: Record<string, string> = {
  sale: "/admin/sales/",
  product: "/admin/products/",
  operator: "/admin/operators/",
  message: "/admin/messages/",
};

/** An action as people read it: `Sale: top up` for `sale.top_up`. */
export function actionText(action: string): string {
  const [kind = "", verb] = action.replaceAll("_", " ").split(".");
  const first = kind.charAt(0).toUpperCase() + kind.slice(1);
  return verb === undefined ? first : `${first}: ${verb}`;
}

/** What an entry is about, with the way to its page where it has one. */
export function Target({ target }: { target: string }) {
  const [kind = "", id = "", ...rest] = target.split("/");
  const page = PAGES[kind];
  const text = [kind, id, ...rest].join(" ").trim();
  if (page === undefined || !/^\d+$/.test(id)) return <span class="made-up">{text}</span>;
  return <a href={page + id}>{text}</a>;
}

/** What an entry changed, or why it did not. */
export function Changes({ c, entry }: { c: PageContext; entry: AuditView }) {
  const { state, before, after } = entry;
  if (state === "refused" || state === "failed") return <Refusal entry={entry} />;
  if (state === "begun") {
    return <span class="quiet">Not finished: its process may have ended.</span>;
  }
  if (isCut(before) || isCut(after)) {
    return <span class="quiet">Too large to compare: the API has its beginning.</span>;
  }
  const found = differences(before, after);
  if (found.length === 0) {
    // What was done without a state, as signing in, has nothing to tell here.
    return before === null ? null : <span class="quiet">Nothing was different.</span>;
  }
  const render = before === null || after === null ? onlyOne : oldAndNew;
  return <Fields found={found} render={(one) => render(c, one)} />;
}

function isCut(state: unknown): boolean {
  return (state as { cut?: unknown } | null)?.cut === true;
}

function onlyOne(c: PageContext, { field, before, after }: Difference): Child {
  return (
    <>
      <span class="quiet">{field}</span> <Value c={c} text={after ?? before} />
    </>
  );
}

function oldAndNew(c: PageContext, { field, before, after }: Difference): Child {
  return (
    <>
      <span class="quiet">{field}</span> <Value c={c} text={before} />{" "}
      <span aria-hidden="true">→</span>
      <span class="hidden">became</span>{" "}
      <b>
        <Value c={c} text={after} />
      </b>
    </>
  );
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/;

/** A value, times in the viewer's zone. */
function Value({ c, text }: { c: PageContext; text: string | null }) {
  if (text === null) return <i>nothing</i>;
  return ISO_TIME.test(text) ? <Time c={c} at={text} /> : <>{text}</>;
}

function Fields({ found, render }: { found: Difference[]; render: (one: Difference) => Child }) {
  const [first, rest] = [found.slice(0, SHOWN_AT_ONCE), found.slice(SHOWN_AT_ONCE)];
  return (
    <div>
      <ul class="plain-list">{first.map((one) => <li key={one.field}>{render(one)}</li>)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <ul class="plain-list">{rest.map((one) => <li key={one.field}>{render(one)}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

function Refusal({ entry: { after } }: { entry: AuditView }) {
  const { answer, tries, addresses } = (after ?? {}) as {
    answer?: { code?: string; detail?: string; status?: number };
    tries?: number;
    addresses?: string[];
  };
  if (tries !== undefined) {
    return (
      <>
        {tries === 1 ? "One try" : `${tries} tries`}
        {addresses && addresses.join("") !== "" && ` from ${addresses.join(", ")}`}
      </>
    );
  }
  const told = answer?.detail ?? answer?.code ?? `Answered ${answer?.status ?? "nothing"}`;
  return <span class="made-up">{told}</span>;
}

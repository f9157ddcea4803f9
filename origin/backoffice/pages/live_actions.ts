import { readForm, readRefusal } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import type { PageApp, PageContext, PageParts } from "../page_env.ts";
import { CAPTCHA_POLICIES, LIMIT_FIELDS } from "./live_controls.tsx";
import { wholeNumber } from "./sale_items.tsx";

/** What a form of the live view is answered with. */
interface Told {
  kind: "done" | "failed";
  text: string;
  /** Faults by field. */
  errors?: Record<string, string>;
}

const IN_FORCE = "Every edge knows within a second.";

const COURSE_DONE = {
  pause: `Paused: nobody can buy until you resume. ${IN_FORCE}`,
  resume: `Selling again. ${IN_FORCE}`,
};

const NOT_WHOLE = "Enter a whole number from 1.";

/** The forms of the live view: each goes through the admin API, with its roles and its audit log. */
export function addLiveActions(app: PageApp, { admin }: PageParts): void {
  const tell = (c: PageContext, told: Told): Response => {
    if (!c.req.header("accept")?.includes("application/json")) {
      const fault = Object.values(told.errors ?? {})[0];
      const text = fault === undefined ? told.text : `${told.text} ${fault}`;
      return redirectWith(c, `/admin/sales/${c.req.param("id")}/live`, { kind: told.kind, text });
    }
    // The key of a form is used once: the next time it is sent is another wish.
    return c.json({ ...told, key: admin.newId() }, told.kind === "done" ? 200 : 422);
  };

  for (const [verb, text] of Object.entries(COURSE_DONE) as [keyof typeof COURSE_DONE, string][]) {
    app.post(`/sales/:id{[0-9]+}/live/${verb}`, async (c) => {
      const id = c.req.param("id") ?? "";
      const answer = await c.get("api").sales[":id"][verb].$post({ param: { id } });
      return tell(c, answer.ok ? { kind: "done", text } : await refused(answer));
    });
  }

  app.post("/sales/:id{[0-9]+}/live/stock/:productId{[0-9]+}", async (c) => {
    const { id, productId } = c.req.param();
    const { pieces = "", sign = "", key = "" } = await readForm(c.req.raw);
    const count = wholeNumber(pieces.trim());
    if (count === null || count === 0) {
      const errors = { pieces: NOT_WHOLE };
      return tell(c, { kind: "failed", text: "The stock is as it was.", errors });
    }
    const answer = await c.get("api").sales[":id"].items[":productId"].stock.$post({
      param: { id, productId },
      json: { delta: sign === "-" ? -count : count },
      header: key === "" ? {} : { "idempotency-key": key },
    });
    if (answer.status !== 200) return tell(c, await refused(answer));
    const { stock, state } = await answer.json();
    const told = state === "applied" ? IN_FORCE : "The ledger is told as soon as it answers.";
    const text = `${stock.toLocaleString("en")} pieces are put on sale now. ${told}`;
    return tell(c, { kind: "done", text });
  });

  app.post("/sales/:id{[0-9]+}/live/limits", async (c) => {
    const id = c.req.param("id");
    const values = await readForm(c.req.raw);
    const limits = LIMIT_FIELDS.map(([name]) =>
      [name, wholeNumber((values[name] ?? "").trim())] as const
    );
    const faults = limits.filter(([, value]) => value === null || value === 0);
    if (faults.length > 0) {
      const errors = Object.fromEntries(faults.map(([name]) => [name, NOT_WHOLE]));
      return tell(c, { kind: "failed", text: "The limits are as they were.", errors });
    }
    const answer = await c.get("api").sales[":id"].$patch({
      param: { id },
      json: { limits: Object.fromEntries(limits) },
    });
    const text = `The limits are changed. ${IN_FORCE}`;
    return tell(c, answer.ok ? { kind: "done", text } : await refused(answer));
  });

  app.post("/sales/:id{[0-9]+}/live/captcha", async (c) => {
    const id = c.req.param("id");
    const values = await readForm(c.req.raw);
    const policy = CAPTCHA_POLICIES.find(([value]) => value === values.captcha);
    if (policy === undefined) {
      const errors = { captcha: "Choose one." };
      return tell(c, { kind: "failed", text: "The slider is as it was.", errors });
    }
    const [captcha, label] = policy;
    const answer = await c.get("api").sales[":id"].$patch({ param: { id }, json: { captcha } });
    const text = `Asked for the slider: ${label.toLowerCase()}. ${IN_FORCE}`;
    return tell(c, answer.ok ? { kind: "done", text } : await refused(answer));
  });
}

/** A refusal of the API: faults at their fields, the rest as a sentence. */
async function refused(answer: Parameters<typeof readRefusal>[0]): Promise<Told> {
  const { detail, errors } = await readRefusal(answer);
  const byField = errors.map(({ path, message }) => [path.split(".").at(-1)!, message] as const);
  return { kind: "failed", text: detail, errors: Object.fromEntries(byField) };
}

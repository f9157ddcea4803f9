import type { z } from "@hono/zod-openapi";
import type { Child } from "hono/jsx";
import type { readinessSchema } from "../../admin/readiness_schemas.ts";
import { Confirm } from "../kit/parts.tsx";
import type { PageContext } from "../page_env.ts";
import { CheckList } from "./check_list.tsx";
import type { SaleView } from "./sale_form.tsx";

/** What publishing answers. */
export type Readiness = z.infer<typeof readinessSchema>;

/** The buttons of a sale's course. */
export function Course({ c, sale }: { c: PageContext; sale: SaleView }) {
  const path = `/admin/sales/${sale.saleId}`;
  const ask = (verb: string, label: string, question: Child, look = "", danger = false) => (
    <Confirm
      c={c}
      id={`ask-${verb}`}
      action={`${path}/${verb}`}
      label={label}
      question={question}
      look={look}
      danger={danger}
    />
  );
  const over = sale.state === "ended";
  return (
    <>
      {sale.status === "draft" &&
        ask(
          "publish",
          "Publish",
          "Buyers see it from now on; they can buy when it starts.",
          "primary",
        )}
      {sale.status === "published" && !over && !sale.paused &&
        ask("pause", "Pause", "Nobody can buy until you resume. Orders that are made stay.")}
      {sale.paused && sale.status !== "closed" &&
        ask("resume", "Resume", "Buyers can buy again, if the sale is open.", "primary")}
      <a class="button" href={`${path}/sessions`}>Plan several sessions</a>
      {sale.status === "published" &&
        ask("close", "Close", "The sale ends for good and never opens again.", "", true)}
    </>
  );
}

/** What came of publishing: what is to be done, then what is well. */
export function Report(
  { c, readiness: { ready, checks, saleId } }: { c: PageContext; readiness: Readiness },
) {
  const bad = checks.filter(({ ok }) => !ok);
  const good = checks.filter(({ ok }) => ok);
  return (
    <section class="card stack" aria-labelledby="report-title">
      <div class="card-head">
        <h2 id="report-title">
          {ready ? "Published, and everything is ready" : "Published, but not everything is ready"}
        </h2>
        <a href={`/admin/sales/${saleId}/ready`}>Check again</a>
      </div>
      {bad.length > 0 && <CheckList c={c} checks={bad} />}
      <details>
        <summary>{good.length} of {checks.length} checks are green</summary>
        <CheckList c={c} checks={good} />
      </details>
    </section>
  );
}

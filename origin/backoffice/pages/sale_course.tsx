import type { z } from "@hono/zod-openapi";
import type { Child } from "hono/jsx";
import type { readinessSchema } from "../../admin/readiness_schemas.ts";
import { Confirm } from "../kit/parts.tsx";
import type { PageContext } from "../page_env.ts";
import { CheckList, worstFirst } from "./check_list.tsx";
import type { SaleView } from "./sale_form.tsx";

/** What publishing answers. */
export type Readiness = z.infer<typeof readinessSchema>;

/** True when a sale would be open the moment it is published. */
export function hasStarted({ startsAt }: Pick<SaleView, "startsAt">, nowMs: number): boolean {
  return Date.parse(startsAt) <= nowMs;
}

/** What somebody agrees to who publishes a sale. */
export function publishQuestion(sale: Pick<SaleView, "startsAt">, nowMs: number): string {
  return hasStarted(sale, nowMs)
    ? "Its start is past: buyers see it and can buy from now on."
    : "Buyers see it from now on; they can buy when it starts.";
}

/** The buttons of a sale's course. */
export function Course(
  { c, sale, nowMs }: { c: PageContext; sale: SaleView; nowMs: number },
) {
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
        ask("publish", "Publish", publishQuestion(sale, nowMs), "primary")}
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
  const good = checks.filter(({ ok, advice }) => ok && !advice);
  const told = worstFirst(checks).slice(0, checks.length - good.length);
  return (
    <section class="card stack" aria-labelledby="report-title">
      <div class="card-head">
        <h2 id="report-title">
          {ready ? "Published, and everything is ready" : "Published, but not everything is ready"}
        </h2>
        <a href={`/admin/sales/${saleId}/ready`}>Check again</a>
      </div>
      {told.length > 0 && <CheckList c={c} checks={told} />}
      <details>
        <summary>{good.length} of {checks.length} checks are green</summary>
        <CheckList c={c} checks={good} />
      </details>
    </section>
  );
}

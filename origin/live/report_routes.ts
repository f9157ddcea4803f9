import { Hono } from "hono";
import { problem } from "../../shared/problem.ts";
import { MAX_REPORT_BYTES, readProcessReport } from "../../shared/process_report.ts";
import { readBoundedBody } from "../internal/bounded_body.ts";
import type { ReportStore } from "./report_store.ts";

/** How long an edge may take to send its report. */
const REPORT_TIMEOUT_MS = 1_000;

/** `POST /internal/report`: what an edge tells of itself, kept for every origin. 204. */
export function reportRoutes(reports: Pick<ReportStore, "put">): Hono {
  const app = new Hono();
  app.post("/report", async (c) => {
    const limits = { maxBytes: MAX_REPORT_BYTES, timeoutMs: REPORT_TIMEOUT_MS };
    const body = await readBoundedBody(c.req.raw, limits);
    if (body.kind === "too_large") {
      return problem("too_large", `A report has at most ${MAX_REPORT_BYTES} bytes`);
    }
    const report = body.kind === "read" ? readProcessReport(body.text) : null;
    if (report?.kind !== "edge") return problem("invalid", "This is no report of an edge");
    try {
      await reports.put(report);
    } catch {
      return problem("unavailable", "Reports cannot be kept now");
    }
    return c.body(null, 204);
  });
  return app;
}

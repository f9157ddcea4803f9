import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT_DIR } from "../launch/project.ts";

/** Where Prometheus's and Grafana's files are. */
export const OBSERVABILITY_DIR = join(PROJECT_DIR, "shared/observability");

/** One alert of `alerts.yml`. */
export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; action: string };
}

/** Every alert, in the order of the file. */
export async function readAlertRules(): Promise<AlertRule[]> {
  const text = await Deno.readTextFile(join(OBSERVABILITY_DIR, "alerts.yml"));
  const { groups } = parse(text) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** What PromQL calls by a name that is no metric's. */
const WORDS = new Set([
  "sum",
  "rate",
  "max",
  "min",
  "by",
  "le",
  "increase",
  "deriv",
  "time",
  "and",
]);
WORDS.add("or").add("histogram_quantile").add("ALERTS").add("count");

/** The metrics that an expression reads, without the suffixes of histograms. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/\{[^}]*\}/g, " ")
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/\bby\s*\([^)]*\)/g, " ");
  const names = bare.match(/\b[a-zA-Z_][a-zA-Z0-9_]*\b/g) ?? [];
  return [...new Set(names.filter((name) => !WORDS.has(name) && !/^\d/.test(name)))];
}

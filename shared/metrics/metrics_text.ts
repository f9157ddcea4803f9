import type { Labels, MetricFamily, MetricSample } from "./metric_family.ts";

/** What the text format is called in `content-type`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Families as Prometheus reads them; those of one name must be one family already. */
export function metricsText(families: readonly MetricFamily[]): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of families) {
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
    for (const sample of samples) lines.push(lineOf(name, sample));
  }
  return lines.join("\n") + "\n";
}

function lineOf(name: string, { suffix = "", labels = {}, value }: MetricSample): string {
  return `${name}${suffix}${labelsText(labels)} ${numberText(value)}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

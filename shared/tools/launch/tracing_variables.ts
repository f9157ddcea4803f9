import type { Environment } from "../../env.ts";
import type { PartKind } from "./project.ts";

/**
 * With what a process collects traces when `OTEL_DENO=true`; what is set stays as it is. The runtime
 * reads these by itself and calls the collector by itself, so no permission is needed for either.
 */
const DEFAULTS: Record<string, string> = {
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  // One in a hundred, decided where a request comes in: tracing every buy costs more than the buy.
  OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
  OTEL_TRACES_SAMPLER_ARG: "0.01",
  // Logs go to the console, and figures to whoever reads /metrics.
  OTEL_DENO_CONSOLE: "ignore",
  OTEL_LOGS_EXPORTER: "none",
  OTEL_METRICS_EXPORTER: "none",
};

/** What to add to the environment of a process; nothing while traces are off. */
export function tracingVariables(kind: PartKind, env: Environment): Record<string, string> {
  if (env.OTEL_DENO !== "true") return {};
  const missing = Object.entries(DEFAULTS).filter(([name]) => !env[name]);
  const system = env.OTEL_SERVICE_NAME || "dropgate";
  return { ...Object.fromEntries(missing), OTEL_SERVICE_NAME: `${system}-${kind}` };
}

import { assertEquals } from "@std/assert";
import { tracingVariables } from "./tracing_variables.ts";

Deno.test("tracingVariables() adds nothing while traces are off", () => {
  assertEquals(tracingVariables("edge", {}), {});
  assertEquals(tracingVariables("edge", { OTEL_DENO: "false" }), {});
});

Deno.test("tracingVariables() names each process and keeps what is set", () => {
  const env = { OTEL_DENO: "true", OTEL_SERVICE_NAME: "shop", OTEL_TRACES_SAMPLER: "always_on" };
  assertEquals(tracingVariables("worker", env), {
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_TRACES_SAMPLER_ARG: "0.01",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_LOGS_EXPORTER: "none",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_SERVICE_NAME: "shop-worker",
  });
});

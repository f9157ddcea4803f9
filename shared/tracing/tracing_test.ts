import { assertEquals, assertRejects } from "@std/assert";
import { followTrace, inSpan, outsideTraces, traceparent, tracePlace } from "./tracing.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** Runs a script with traces on and an exporter that reaches nobody; returns what it printed. */
async function withTraces(script: string, env: Record<string, string> = {}): Promise<unknown> {
  const entry = new URL("./tracing.ts", import.meta.url).href;
  const text = `import * as tracing from "${entry}"; ` +
    `import { trace } from "@opentelemetry/api"; ${script}`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, text);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // Without a permission: neither the runtime's exporter nor the spans need one.
      args: ["run", "--quiet", "--no-prompt", "--no-check", `--config=${CONFIG}`, file],
      env: {
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_METRICS_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none",
        OTEL_DENO_CONSOLE: "ignore",
        ...env,
      },
      signal: AbortSignal.timeout(60_000),
    }).output();
    const said = new TextDecoder().decode(stdout);
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(said.trim().split("\n").at(-1) ?? "null");
  } finally {
    await Deno.remove(file);
  }
}

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

Deno.test("without OTEL_DENO nothing is traced, and work is done all the same", async () => {
  assertEquals(await inSpan("work", () => Promise.resolve(7)), 7);
  assertEquals(await followTrace("work", PARENT, () => Promise.resolve(8)), 8);
  assertEquals(outsideTraces(() => 9), 9);
  assertEquals([tracePlace(), traceparent()], [null, undefined]);
  await assertRejects(() => inSpan("work", () => Promise.reject(new Error("no"))), Error, "no");
});

Deno.test("followTrace() goes on in the trace of the one before, if that is kept", async () => {
  const script = `
    const ids = () => trace.getActiveSpan()?.spanContext().traceId ?? null;
    const seen = [
      await tracing.followTrace("a", "${PARENT}", async () => { await null; return ids(); }),
      await tracing.followTrace("b", "${PARENT.replace(/01$/, "00")}", async () => ids()),
      await tracing.followTrace("c", "no traceparent", async () => ids()),
      await tracing.followTrace("d", undefined, async () => ids()),
    ];
    console.log(JSON.stringify(seen));`;
  assertEquals(await withTraces(script), ["0af7651916cd43dd8448eb211c80319c", null, null, null]);
});

Deno.test("inSpan() nests, hands its place on, and can be left", async () => {
  const script = `
    const seen = await tracing.inSpan("outer", async () => {
      const outer = tracing.traceparent();
      const place = tracing.tracePlace();
      const inner = await tracing.inSpan("inner", async () => tracing.traceparent());
      const outside = tracing.outsideTraces(() => tracing.traceparent() ?? null);
      const later = await tracing.inSpan("later", async () => tracing.traceparent(), { place });
      const trace = (text) => text.split("-")[1];
      return [trace(inner) === trace(outer), inner !== outer, outside, trace(later) === trace(outer)];
    });
    console.log(JSON.stringify(seen));`;
  assertEquals(await withTraces(script), [true, true, null, true]);
});

Deno.test("a trace that the sampler drops is handed to nobody", async () => {
  const script = `
    const seen = await tracing.inSpan("outer", async () =>
      [tracing.traceparent() ?? null, tracing.tracePlace()]);
    console.log(JSON.stringify(seen));`;
  assertEquals(await withTraces(script, { OTEL_TRACES_SAMPLER: "always_off" }), [null, null]);
});

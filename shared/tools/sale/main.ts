/**
 * The operator's command line: `deno task sale …` against a running origin.
 *
 * @module
 */
import { runSale } from "./run_sale.ts";
import { systemTerminal } from "./system_terminal.ts";

const breakOff = new AbortController();
Deno.addSignalListener("SIGINT", () => breakOff.abort());
Deno.exitCode = await runSale(Deno.args, {
  env: Deno.env.toObject(),
  fetch,
  terminal: systemTerminal(),
  nowMs: () => Date.now(),
  signal: breakOff.signal,
});
// A signal listener alone must not keep the process.
Deno.exit();

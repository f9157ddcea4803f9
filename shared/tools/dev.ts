import { OPEN_GATE } from "../../edge/gate/open_gate.ts";
import { runEmbedded } from "./embedded/run_embedded.ts";
import { readOptions } from "./launch/options.ts";

const USAGE = `deno task dev [options]

Runs the whole of Dropgate in one process on SQLite, with a demo sale that is open. DEMO is 1: sign
in with any name. Data are kept in DATA_DIR (./data); ports are EDGE_PORT and ORIGIN_PORT (8000,
9000; 0 takes a free one). Ctrl-C drains and ends.

  --ready-file PATH  write the addresses and ADMIN_TOKEN as JSON when ready
  --no-demo-sale     start without a sale
  --without-gate     let everybody buy without limits, lists and slider, to measure what they cost
  --help             this text
`;

const OPTIONS = {
  "ready-file": { type: "string" },
  "no-demo-sale": { type: "boolean" },
  "without-gate": { type: "boolean" },
  help: { type: "boolean" },
} as const;

try {
  const options = readOptions(Deno.args, OPTIONS, USAGE);
  if (options.help) {
    console.log(USAGE);
  } else {
    const readyFile = options["ready-file"];
    await runEmbedded({
      demo: true,
      demoSale: options["no-demo-sale"] !== true,
      ...(options["without-gate"] ? { gate: OPEN_GATE } : {}),
      ...(readyFile === undefined ? {} : { readyFile }),
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

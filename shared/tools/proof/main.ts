/** `deno task proof`: checks proofs of sales without a server. */
import { runProof } from "./run_proof.ts";

Deno.exit(
  await runProof(Deno.args, {
    out: (text) => console.log(text),
    err: (text) => console.error(text),
  }),
);

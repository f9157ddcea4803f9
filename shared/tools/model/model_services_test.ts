import { assertEquals } from "@std/assert";
import { modelOptions, SERVICES_RUNS } from "./model_options.ts";
import type { Counts } from "./commands.ts";
import { addCounts, countsText, runModel } from "./run_model.ts";
import { openServicesProfile } from "./services_profile.ts";

/** Sequences that run side by side, each lane on servers and a database of its own. */
const LANES = 2;

Deno.test("a sale on Redis and MySQL or MariaDB keeps its promises in random sequences", async () => {
  const options = modelOptions(Deno.env.toObject(), SERVICES_RUNS);
  // A failure is run again alone.
  const lanes = options.path === undefined ? LANES : 1;
  const begun = performance.now();
  const counts: Counts = new Map();
  const failures: string[] = [];
  let sequences = 0;
  await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
    const profile = await openServicesProfile();
    try {
      const runs = Math.ceil(options.runs / lanes);
      const result = await runModel(profile, { ...options, runs, seed: options.seed + lane });
      sequences += result.runs;
      addCounts(counts, result.counts);
      if (result.failure !== null) failures.push(result.failure);
    } finally {
      await profile.close();
    }
  }));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(
    `${sequences} sequences on the services, seeds from ${options.seed}, ${seconds} s\n` +
      countsText(counts),
  );
  assertEquals(failures, [], failures.join("\n\n"));
});

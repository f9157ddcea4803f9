import { assertEquals } from "@std/assert";
import { modelOptions, SQLITE_RUNS } from "./model_options.ts";
import { countsText, runModel } from "./run_model.ts";
import { openSqliteProfile } from "./sqlite_profile.ts";

Deno.test("a sale on SQLite keeps its promises in random sequences", async () => {
  const options = modelOptions(Deno.env.toObject(), SQLITE_RUNS);
  const profile = await openSqliteProfile();
  try {
    const { runs, counts, ms, failure } = await runModel(profile, options);
    console.log(
      `${runs} sequences on SQLite, seed ${options.seed}, ${(ms / 1_000).toFixed(1)} s\n` +
        countsText(counts),
    );
    assertEquals(failure, null, failure ?? "");
  } finally {
    await profile.close();
  }
});

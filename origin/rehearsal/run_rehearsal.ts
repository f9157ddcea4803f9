import { clearCopy } from "./clear_copy.ts";
import {
  askAgain,
  awaitOpening,
  awaitWriting,
  countOrders,
  makeCopy,
  proveCopy,
  runRush,
} from "./rehearsal_acts.ts";
import { cancelSome, paySome } from "./rehearsal_after.ts";
import { RehearsalLostError, type RehearsalStage } from "./rehearsal_stage.ts";

/**
 * Runs a rehearsal to its end: the copy, the crowd, the counting, and the removal of all of it.
 * Whatever goes wrong on the way is its result; it is over when nothing of the copy is left, or is
 * left to whoever clears away what nobody carries on.
 *
 * @throws when it cannot even be written down how it ended.
 */
export async function runRehearsal(stage: RehearsalStage): Promise<void> {
  const { parts, report, rehearsalId } = stage;
  try {
    await perform(stage);
  } catch (error) {
    // Somebody else clears it away, or has done so.
    if (error instanceof RehearsalLostError) return;
    report.fault = textOf(error);
    parts.log.warning("Rehearsal {rehearsalId} broke off at {step}: {error}", {
      rehearsalId,
      step: report.step,
      error: String(error),
    });
  }
  const endedAt = report.step;
  try {
    await remove(stage);
  } catch (error) {
    parts.log.warning("Cannot remove the copy of rehearsal {rehearsalId} yet: {error}", {
      rehearsalId,
      error: String(error),
    });
    report.fault ??= `The copy is still to be removed: ${textOf(error)}`;
  }
  if (report.fault !== null) report.step = endedAt;
  const passed = report.fault === null && report.checks.every(({ ok }) => ok);
  await parts.rehearsals.finish(rehearsalId, passed ? "passed" : "failed", report);
}

async function perform(stage: RehearsalStage): Promise<void> {
  await stage.run("copy", () => makeCopy(stage));
  await stage.run("open", () => awaitOpening(stage));
  let rushed: Awaited<ReturnType<typeof runRush>> | null = null;
  await stage.run("rush", async () => {
    rushed = await runRush(stage);
  });
  const rush = rushed!;
  await stage.run("write", () => awaitWriting(stage, rush));
  await stage.run("retry", () => askAgain(stage, rush));
  await stage.run("count", () => countOrders(stage, rush));
  await stage.run("cancel", () => cancelSome(stage, rush));
  await stage.run("pay", () => paySome(stage, rush));
  await stage.run("prove", () => proveCopy(stage));
}

async function remove(stage: RehearsalStage): Promise<void> {
  const { parts, report, rehearsalId } = stage;
  // The record knows: a copy may be there although nobody heard that it was made.
  const record = await parts.rehearsals.get(rehearsalId);
  if (!record || record.copySaleId === null) return;
  report.step = "remove";
  const beganAt = parts.clock();
  await clearCopy(rehearsalId, record.copySaleId, parts);
  report.done.push({ step: "remove", tookMs: Math.max(0, parts.clock() - beganAt) });
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

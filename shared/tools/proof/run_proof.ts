import { isPublicKey } from "../../proof/proof_key.ts";
import { faultOfLink } from "../../proof/verify_bundle.ts";
import { type ProofCommand, ProofUseError, readProofArguments } from "./proof_arguments.ts";
import { PROOF_HELP } from "./proof_help.ts";
import { readKeys } from "./read_keys.ts";
import { type Outcome, outcomeJson, outcomeText, STATUS, statusOf } from "./report_text.ts";
import { type OnProgress, verifyFile } from "./verify_file.ts";

/** Where the tool writes. */
export interface ProofScreen {
  out(text: string): void;
  err(text: string): void;
}

/** After how long a check tells how far it is, and how often, ms. */
const FIRST_PROGRESS_MS = 2_000;
const PROGRESS_MS = 1_000;

/** Runs the tool; gives the status to end with. */
export async function runProof(args: string[], screen: ProofScreen): Promise<number> {
  try {
    const command = readProofArguments(args);
    switch (command.kind) {
      case "help":
        screen.out(PROOF_HELP);
        return STATUS.intact;
      case "keys":
        return await printKeys(command, screen);
      case "verify":
        return await verify(command, screen);
    }
  } catch (error) {
    if (!(error instanceof ProofUseError)) throw error;
    screen.err(`${error.message}\n\`deno task proof --help\` tells how to use it.`);
    return STATUS.use;
  }
}

async function printKeys(
  { url, json }: Extract<ProofCommand, { kind: "keys" }>,
  screen: ProofScreen,
): Promise<number> {
  const keys = await readKeys(url);
  if (json) {
    screen.out(JSON.stringify({ keys }));
    return STATUS.intact;
  }
  for (const { x, kid, createdAt, current } of keys) {
    screen.out(`${kid}  key ${x}  since ${createdAt}${current ? "  signs now" : ""}`);
  }
  return STATUS.intact;
}

async function verify(
  command: Extract<ProofCommand, { kind: "verify" }>,
  screen: ProofScreen,
): Promise<number> {
  const { file, previous, json } = command;
  const keys = await keysOf(command);
  const onProgress = progressOn(screen);
  const report = await verifyFile(file, keys, onProgress);
  let brokenLink: string | null = null;
  if (previous !== null) {
    const before = await verifyFile(previous, keys, onProgress);
    if (report.kind !== "bundle" || before.kind !== "bundle") {
      throw new ProofUseError("--previous compares two JSON bundles: one of these is a page");
    }
    brokenLink = before.verdict === "intact"
      ? faultOfLink(report, before)
      : `${previous} itself is ${before.verdict}: ${before.reason}`;
  }
  const outcome: Outcome = { file, report, keyGiven: keys !== null, brokenLink, previous };
  screen.out(json ? outcomeJson(outcome) : outcomeText(outcome));
  return statusOf(outcome);
}

async function keysOf(
  { key, keys }: Extract<ProofCommand, { kind: "verify" }>,
): Promise<string[] | null> {
  if (keys !== null) return (await readKeys(keys)).map(({ x }) => x);
  if (key === null) return null;
  // A fingerprint has the same form.
  if (!isPublicKey(key)) {
    throw new ProofUseError("Cannot use --key as it must be 43 characters of base64url");
  }
  return [key];
}

function progressOn(screen: ProofScreen): OnProgress {
  let toldAt = performance.now() + FIRST_PROGRESS_MS - PROGRESS_MS;
  return (tickets, pass, passes) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    const of = passes > 1 ? ` (pass ${pass} of ${passes})` : "";
    screen.err(`${tickets.toLocaleString("en")} tickets checked${of}`);
  };
}

import { randomBytes } from "node:crypto";
import { ConfigurationError } from "../../env.ts";

/** Secrets that the embedded profile makes once and keeps, so that sessions survive a restart. */
const KEPT_SECRETS = [
  "EDGE_KEY",
  "SESSION_KEY",
  "RECEIPT_KEY",
  "ADMIN_TOKEN",
  "PAYMENT_WEBHOOK_KEY",
] as const;

/** The folder of the embedded profile, held by one process. */
export interface DataDir {
  databaseFile: string;
  /** By the names of their variables. */
  secrets: Record<(typeof KEPT_SECRETS)[number], string>;
  release(): void;
}

/**
 * Opens the folder, making it when it is not there, and locks it against a second process. The lock
 * goes with the process, however that ends.
 *
 * @throws {ConfigurationError} when another process has it, or its secrets cannot be read.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new ConfigurationError(
      `Cannot use DATA_DIR as it must be a folder that can be written: current value is ` +
        `${JSON.stringify(path)} (${error instanceof Error ? error.message : error})`,
    );
  });
  const lock = await Deno.open(`${path}/lock`, { create: true, write: true, mode: 0o600 });
  if (!(await lock.tryLock(true))) {
    lock.close();
    throw new ConfigurationError(
      `Cannot use DATA_DIR as another process has it open: current value is ${
        JSON.stringify(path)
      }`,
    );
  }
  try {
    return {
      databaseFile: `${path}/dropgate.db`,
      secrets: await keptSecrets(`${path}/secrets.json`),
      release: () => lock.close(),
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function keptSecrets(file: string): Promise<DataDir["secrets"]> {
  const kept: Record<string, unknown> = await readSecrets(file);
  const secrets = Object.fromEntries(KEPT_SECRETS.map((name) => {
    const value = kept[name];
    return [name, typeof value === "string" ? value : randomBytes(32).toString("hex")];
  })) as DataDir["secrets"];
  if (KEPT_SECRETS.some((name) => kept[name] !== secrets[name])) {
    // Written aside and renamed, so that a crash leaves either the old file or the new one.
    const draft = `${file}.new`;
    await Deno.writeTextFile(draft, JSON.stringify(secrets, null, 2) + "\n", { mode: 0o600 });
    await Deno.rename(draft, file);
  }
  return secrets;
}

async function readSecrets(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError(`Cannot read the secrets as ${file} must be JSON`);
  }
}

import { fileURLToPath } from "node:url";
import denoConfig from "../../../deno.json" with { type: "json" };

/** Absolute path of the folder that holds `deno.json`, with a slash at its end. */
export const PROJECT_DIR = fileURLToPath(new URL("../../../", import.meta.url));

/** The processes that make up Dropgate, by the names of their permission sets. */
export type PartKind = "edge" | "origin" | "worker";

/** Where each process begins. */
export const PART_ENTRIES = {
  edge: "edge/main.ts",
  origin: "origin/main.ts",
  worker: "origin/worker/main.ts",
} as const satisfies Record<PartKind, string>;

/** The variable that sets each process's port, and the port without it. */
export const PART_PORTS = {
  edge: { variable: "EDGE_PORT", fallback: 8000 },
  origin: { variable: "ORIGIN_PORT", fallback: 9000 },
  worker: { variable: "WORKER_PORT", fallback: 9100 },
} as const satisfies Record<PartKind, { variable: string; fallback: number }>;

/** The variables that a process may read, as its permission set in `deno.json` has them. */
export function variablesOf(kind: PartKind): readonly string[] {
  return denoConfig.permissions[kind].env.allow;
}

/**
 * The environment of one process: what this process has, less every variable that only other parts
 * of Dropgate may know (an edge never holds the database's password), plus `extra`.
 */
export function environmentFor(
  kind: PartKind,
  inherited: Record<string, string | undefined>,
  extra: Record<string, string>,
): Record<string, string> {
  const own = new Set(variablesOf(kind));
  const foreign = new Set(
    (Object.keys(PART_ENTRIES) as PartKind[]).flatMap(variablesOf).filter((name) => !own.has(name)),
  );
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...inherited, ...extra })) {
    if (value !== undefined && !foreign.has(name)) environment[name] = value;
  }
  return environment;
}

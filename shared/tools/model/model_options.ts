import type { ModelOptions } from "./run_model.ts";

/** Sequences when nobody asks for another number. */
export const SQLITE_RUNS = 3_000;
export const SERVICES_RUNS = 1_000;

/** The seed of every run of the tests, so that they do the same each time. */
export const DEFAULT_SEED = 20_260_601;

/**
 * What a model test runs: the same sequences each time, unless `MODEL_RUNS`, `MODEL_SEED`,
 * `MODEL_PATH`, `MODEL_REPLAY` (all of the last failure's text) or `MODEL_SHRINK=no` ask for others.
 * @throws {TypeError} for what is no number.
 */
export function modelOptions(
  env: Record<string, string | undefined>,
  usualRuns: number,
): ModelOptions {
  const number = (name: string, usual: number) => {
    const text = env[name];
    if (text === undefined || text === "") return usual;
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    throw new TypeError(`Cannot use ${name} as it must be an integer: current value is ${text}`);
  };
  return {
    runs: number("MODEL_RUNS", usualRuns),
    seed: number("MODEL_SEED", DEFAULT_SEED),
    shrinks: env.MODEL_SHRINK !== "no",
    ...(env.MODEL_PATH ? { path: env.MODEL_PATH } : {}),
    ...(env.MODEL_REPLAY ? { replayPath: env.MODEL_REPLAY } : {}),
  };
}

import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** Thrown for a command line that cannot be understood. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads a command line strictly: unknown options and stray words are refused.
 * @throws {UsageError} with the usage text.
 */
export function readOptions<T extends ParseArgsOptionsConfig>(
  args: string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/** A count from 1 to 64. @throws {UsageError} */
export function readCount(name: string, text: string | undefined): number {
  const count = Number(text ?? "1");
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new UsageError(
      `Cannot use --${name} as it must be a whole number from 1 to 64: current value is ${text}`,
    );
  }
  return count;
}

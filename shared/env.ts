/** The variables a process was started with, injected so that only `main.ts` reads them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that cannot be used. Its message is one line: variable, value, rule. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
}

/** Ends the start with the grammar "Cannot use NAME as RULE: current value is VALUE". */
export function unusable(name: string, value: string | undefined, rule: string): never {
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  throw new ConfigurationError(`Cannot use ${name} as ${rule}: current value is ${shown}`);
}

/** A text variable; an empty value counts as not set. */
export function readText(env: Environment, name: string, fallback: string): string {
  const value = env[name];
  return value === undefined || value === "" ? fallback : value;
}

/** A text variable that may be missing. */
export function readOptional(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : value;
}

/** A whole number within bounds. @throws {ConfigurationError} */
export function readInteger(
  env: Environment,
  name: string,
  fallback: number,
  bounds: { min: number; max: number },
): number {
  const value = readOptional(env, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || number < bounds.min || number > bounds.max) {
    unusable(name, value, `it must be a whole number from ${bounds.min} to ${bounds.max}`);
  }
  return number;
}

/** A port; 0 takes a free one. */
export function readPort(env: Environment, name: string, fallback: number): number {
  return readInteger(env, name, fallback, { min: 0, max: 65_535 });
}

/**
 * `NAMESPACE`, which begins the names of everything on servers that several systems share.
 *
 * @throws {ConfigurationError}
 */
export function readNamespace(env: Environment): string {
  const namespace = readText(env, "NAMESPACE", "dropgate");
  if (!/^[a-z0-9_]{1,64}$/.test(namespace)) {
    unusable("NAMESPACE", namespace, "it must be 1 to 64 characters of a-z, 0-9 and _");
  }
  return namespace;
}

/** `1` or `0`. @throws {ConfigurationError} */
export function readSwitch(env: Environment, name: string, fallback: boolean): boolean {
  const value = readOptional(env, name);
  if (value === undefined) return fallback;
  if (value !== "1" && value !== "0") unusable(name, value, "it must be 1 or 0");
  return value === "1";
}

/** A URL of one of the schemes. @throws {ConfigurationError} without showing a password. */
export function readUrl(env: Environment, name: string, schemes: string[]): URL | undefined {
  const value = readOptional(env, name);
  if (value === undefined) return undefined;
  const rule = `it must be a URL with the scheme ${schemes.join(" or ")}`;
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    unusable(name, value.replace(/:[^:@/]*@/, ":***@"), rule);
  }
  if (!schemes.includes(url.protocol.slice(0, -1))) {
    unusable(name, value.replace(/:[^:@/]*@/, ":***@"), rule);
  }
  return url;
}

/** Fewest characters of a secret outside `DEMO`. */
export const MIN_SECRET_LENGTH = 16;

const DEFAULT_LOOKING = /^(secret|password|changeme|change-me|change_me|admin|test|demo|dropgate)/i;

/** A secret that must be set and must not look like a default. @throws {ConfigurationError} */
export function readSecret(env: Environment, name: string, demo: boolean): string {
  const value = readOptional(env, name);
  if (value === undefined) return unusable(name, undefined, "it must be set");
  if (!demo && (value.length < MIN_SECRET_LENGTH || DEFAULT_LOOKING.test(value))) {
    throw new ConfigurationError(
      `Cannot use ${name} as it must have at least ${MIN_SECRET_LENGTH} characters and must not ` +
        `look like a default: current value has ${value.length}`,
    );
  }
  return value;
}

/** Tells the one line that says what is wrong and ends with status 1; anything else is thrown on. */
export function exitWithReason(error: unknown, exit: (status: number) => never): never {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  return exit(1);
}

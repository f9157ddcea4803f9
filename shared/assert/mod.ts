/**
 * The assertions of `@std/assert` that Dropgate's tests use, with the same names and signatures,
 * over `node:assert/strict`. JSR is not reachable everywhere Dropgate is built; where it is, one
 * line of `deno.json` switches to the original:
 *
 *     "@std/assert": "jsr:@std/assert@1"
 *
 * @module
 */
import assertStrict from "node:assert/strict";
import { inspect } from "node:util";

/** Thrown by every failing assertion. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

function fail_(what: string, msg?: string): never {
  throw new AssertionError(msg === undefined ? what : `${what}: ${msg}`);
}

/** Plain copies without prototypes' differences, so that a `node:sqlite` row equals a literal. */
function equal(a: unknown, b: unknown): boolean {
  try {
    assertStrict.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails when `expr` is truthy. */
export function assertFalse(expr: unknown, msg?: string): asserts expr is false {
  if (expr) fail_(`Expected a falsy value, got ${inspect(expr)}`, msg);
}

/** Fails unless `actual` and `expected` are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  try {
    assertStrict.deepStrictEqual(actual, expected);
  } catch (error) {
    fail_(error instanceof Error ? error.message : String(error), msg);
  }
}

/** Fails when `actual` and `expected` are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) fail_(`Expected values to differ: ${inspect(actual)}`, msg);
}

/** Fails unless the two are the same value or reference (`Object.is`). */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (!Object.is(actual, expected)) {
    fail_(`Expected the same reference: ${inspect(actual)} is not ${inspect(expected)}`, msg);
  }
}

/** Fails when `actual` is null or undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) fail_(`Expected a value, got ${actual}`, msg);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    fail_(`Expected ${inspect(actual)} to contain ${inspect(expected)}`, msg);
  }
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) fail_(`Expected ${inspect(actual)} to match ${expected}`, msg);
}

/** Fails unless every item of `expected` is deeply equal to some item of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const missing = Array.from(expected).filter((want) =>
    !Array.from(actual).some((have) => equal(have, want))
  );
  if (missing.length > 0) fail_(`Expected the array to include ${inspect(missing)}`, msg);
}

/** Fails unless `actual` has every property of `expected`, deeply. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const pick = (have: unknown, want: unknown): unknown => {
    if (Array.isArray(want) && Array.isArray(have)) return have.map((h, i) => pick(h, want[i]));
    if (
      typeof want !== "object" || want === null || Array.isArray(want) ||
      typeof have !== "object" || have === null || Object.getPrototypeOf(want) !== Object.prototype
    ) return have;
    const source = have as Record<string, unknown>;
    const wanted = want as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(wanted).filter((key) => key in source).map((
        key,
      ) => [key, pick(source[key], wanted[key])]),
    );
  };
  assertEquals(pick(actual, expected), expected, msg);
}

/** Fails unless `actual` is an instance of `type`. */
// deno-lint-ignore no-explicit-any -- the signature of @std/assert
export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  type: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof type)) fail_(`Expected an instance of ${type.name}`, msg);
}

/** Fails unless `low >= high`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) fail_(`Expected ${inspect(actual)} >= ${inspect(expected)}`, msg);
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) fail_(`Expected ${inspect(actual)} > ${inspect(expected)}`, msg);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) fail_(`Expected ${inspect(actual)} <= ${inspect(expected)}`, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) fail_(`Expected ${inspect(actual)} < ${inspect(expected)}`, msg);
}

// deno-lint-ignore no-explicit-any -- the signature of @std/assert
type ErrorClass<E extends Error> = new (...args: any[]) => E;

function checkThrown<E extends Error>(
  error: unknown,
  type: ErrorClass<E>,
  includes: string,
  msg?: string,
): E {
  if (!(error instanceof Error)) fail_(`Expected an Error, got ${inspect(error)}`, msg);
  if (!(error instanceof type)) {
    fail_(`Expected ${type.name}, got ${error.name}: ${error.message}`, msg);
  }
  if (!error.message.includes(includes)) {
    fail_(`Expected an error that says ${inspect(includes)}, got ${inspect(error.message)}`, msg);
  }
  return error;
}

/** Fails unless `fn` throws an error of the class that says `msgIncludes`; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  msgIncludes = "",
  msg?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, errorClass, msgIncludes, msg);
  }
  return fail_("Expected the function to throw", msg);
}

/** Fails unless `fn` rejects with an error of the class that says `msgIncludes`. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  msgIncludes = "",
  msg?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkThrown(error, errorClass, msgIncludes, msg);
  }
  return fail_("Expected the promise to reject", msg);
}

/** Always fails. */
export function fail(msg?: string): never {
  fail_("Failed", msg);
}

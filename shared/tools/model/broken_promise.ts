import { assertEquals } from "@std/assert";

/** A promise that did not hold, or a part that did something else than the model of it. */
export class BrokenPromiseError extends Error {
  override name = "BrokenPromiseError";
}

/** Fails with the promise's name when `holds` is false. */
export function promise(name: string, holds: boolean, detail: () => string): asserts holds {
  if (!holds) throw new BrokenPromiseError(`Broken promise ${name}: ${detail()}`);
}

/** Fails with both values when a part answered otherwise than its model. */
export function expectSame(what: string, seen: unknown, expected: unknown): void {
  // Nearly all are the same, and text is compared in a tenth of the time.
  if (JSON.stringify(seen) === JSON.stringify(expected)) return;
  try {
    assertEquals(seen, expected);
  } catch {
    throw new BrokenPromiseError(
      `Broken promise: ${what} is ${JSON.stringify(seen)}, the model says ` +
        JSON.stringify(expected),
    );
  }
}

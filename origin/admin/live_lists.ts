import type { AdminParts } from "./admin_parts.ts";

/**
 * Lets this origin read a change of the lists at once. Nobody waits for it: at the bounds of the
 * lists it takes half a second. A failure is only logged, because the change is in the database, and
 * every origin looks there five times a second.
 */
export function putListsInForce({ lists, log }: Pick<AdminParts, "lists" | "log">): void {
  lists.refresh().catch((error) => {
    log.warning("Cannot put a change of the lists in force at once, the loop will: {error}", {
      error: String(error),
    });
  });
}

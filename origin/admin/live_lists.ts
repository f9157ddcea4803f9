import type { AdminParts } from "./admin_parts.ts";

/**
 * Brings a change of the lists to this origin at once. A failure is only logged: the change is in
 * the database, and every origin looks there four times a second.
 */
export async function putListsInForce(
  { lists, log }: Pick<AdminParts, "lists" | "log">,
): Promise<void> {
  try {
    await lists.refresh();
  } catch (error) {
    log.warning("Cannot put a change of the lists in force at once, the loop will: {error}", {
      error: String(error),
    });
  }
}

import { repeat, type Repeating } from "../../shared/repeat.ts";
import type { OrderQueue, PublishingQueue } from "../queue/order_queue.ts";
import type { RehearsalParts } from "./rehearsal_stage.ts";
import { CLEARING_INTERVAL_MS, Rehearsals } from "./rehearsals.ts";

/** What rehearsals are made with: those of an origin, and how it publishes. */
export type RehearsingParts =
  & Omit<RehearsalParts, "rehearsals" | "queue" | "monotonic">
  & {
    rehearsalBook: RehearsalParts["rehearsals"];
    queue: Pick<OrderQueue, "closeOlderRoutes" | "sendBarrier">;
    routes: PublishingQueue;
    registry: ConstructorParameters<typeof Rehearsals>[0]["sales"];
  };

/** The rehearsals of an origin, and the job that clears away what others left. */
export interface Rehearsing {
  rehearsals: Rehearsals;
  job: Repeating;
}

/** Makes the rehearsals of an origin and begins to look for abandoned ones. */
export function openRehearsals(parts: RehearsingParts): Rehearsing {
  const { queue, routes, rehearsalBook, registry, log } = parts;
  const rehearsals = new Rehearsals({
    ...parts,
    rehearsals: rehearsalBook,
    sales: registry,
    queue: {
      isUp: () => routes.isUp(),
      publish: (messages, timeoutMs) => routes.publish(messages, timeoutMs),
      closeOlderRoutes: (item, since) => queue.closeOlderRoutes(item, since),
      sendBarrier: (item) => queue.sendBarrier(item),
    },
    monotonic: () => performance.now(),
  });
  return {
    rehearsals,
    job: repeat("clearing rehearsals away", CLEARING_INTERVAL_MS, log, async () => {
      await rehearsals.clearAbandoned();
    }),
  };
}

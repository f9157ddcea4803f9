import type { World } from "./world.ts";

/** How a ledger gets lost. Without servers of its own it is only closed by mistake. */
export type Loss = "closed" | "flushed" | "renamed" | "failed over";

/** Each of them, and what the model makes of it. */
export const LOSSES: Record<Loss, (world: World) => Promise<void>> = {
  async closed(world) {
    const { openEpoch: epoch } = world.model.book;
    await world.act("watcher", null, async (actor) => {
      await world.parts(actor).book.closeItems([{ item: world.profile.item, epoch }]);
    });
  },
  async flushed(world) {
    const { profile: { servers }, model } = world;
    if (!servers) return await LOSSES.closed(world);
    await servers.flush(model.primary);
    model.ledger.life = null;
  },
  async renamed(world) {
    const { profile: { servers }, model } = world;
    if (!servers) return await LOSSES.closed(world);
    await servers.rename(model.primary);
    model.ledger.rename();
  },
  async "failed over"(world) {
    const { profile: { servers }, model } = world;
    if (!servers) return await LOSSES.closed(world);
    const [from, to] = [model.primary, 1 - model.primary];
    await servers.replicate(from, to);
    const data = model.ledger.copy();
    model.primary = to;
    model.ledger.life = data;
    model.ledger.rename();
  },
};

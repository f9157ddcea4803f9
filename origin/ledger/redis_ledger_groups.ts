import type { ItemEpoch } from "../../shared/item.ts";

/** Most values that one call of a script carries; Lua's stack takes about 8,000. */
export const VALUES_PER_CALL = 500;

/** Members of one item and epoch that travel in one call, each with its place in the whole list. */
export interface Group<T> extends ItemEpoch {
  members: { member: T; index: number }[];
}

/** Groups by item and epoch, in their order, at most `VALUES_PER_CALL` a group. */
export function inGroups<T extends ItemEpoch>(all: T[]): Group<T>[] {
  const groups: Group<T>[] = [];
  const open = new Map<string, Group<T>>();
  all.forEach((member, index) => {
    const { item, epoch } = member;
    const key = `${item} ${epoch}`;
    let group = open.get(key);
    if (!group || group.members.length === VALUES_PER_CALL) {
      group = { item, epoch, members: [] };
      open.set(key, group);
      groups.push(group);
    }
    group.members.push({ member, index });
  });
  return groups;
}

/** The list in pieces of at most `VALUES_PER_CALL`. */
export function inPieces<T>(all: T[]): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < all.length; at += VALUES_PER_CALL) {
    pieces.push(all.slice(at, at + VALUES_PER_CALL));
  }
  return pieces;
}

/** One field that a change changed. Null stands for nothing: a field that is not there or empty. */
export interface Difference {
  field: string;
  before: string | null;
  after: string | null;
}

/** Differences that are told of one change. */
const MAX_DIFFERENCES = 200;

/** Longest value that is shown. */
const MAX_VALUE = 300;

/** Fields that change with every change and say nothing. */
const NOISE = new Set(["updatedAt", "createdAt", "serverNow"]);

/** Fields that say again what an entry is about. */
const OWN_IDS = new Set(["id", "saleId", "productId"]);

/** Names by which members of a list are told apart, in the order in which they are looked for. */
const LIST_KEYS = ["productId", "claim", "id", "name"];

/** What differs between two states of the audit log, field by field as `items.product 3.stock`. */
export function differences(before: unknown, after: unknown): Difference[] {
  const [old, present] = [fieldsOf(before), fieldsOf(after)];
  const found: Difference[] = [];
  for (const field of new Set([...old.keys(), ...present.keys()])) {
    const [was, is] = [old.get(field) ?? null, present.get(field) ?? null];
    if (was === is) continue;
    found.push({ field, before: was, after: is });
    if (found.length === MAX_DIFFERENCES) break;
  }
  return found;
}

function fieldsOf(state: unknown): Map<string, string> {
  const fields = new Map<string, string>();
  collect(state, "", fields);
  return fields;
}

function collect(value: unknown, path: string, into: Map<string, string>): void {
  if (value === null || value === undefined || value === "") return;
  if (Array.isArray(value) && value.some((member) => typeof member === "object")) {
    for (const [at, member] of value.entries()) {
      collect(member, joined(path, memberName(member, at)), into);
    }
  } else if (typeof value === "object" && !Array.isArray(value)) {
    for (const [name, part] of Object.entries(value)) {
      if (NOISE.has(name) || (path === "" && OWN_IDS.has(name))) continue;
      collect(part, joined(path, name), into);
    }
  } else {
    into.set(path === "" ? "value" : path, textOf(value));
  }
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function memberName(member: unknown, at: number): string {
  for (const key of LIST_KEYS) {
    const value = (member as Record<string, unknown> | null)?.[key];
    if (value !== undefined) return `${key.replace(/Id$/, "")} ${value}`;
  }
  return String(at + 1);
}

function textOf(value: unknown): string {
  const text = Array.isArray(value) ? value.join(", ") || "none" : String(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

import { readAmount } from "../../../origin/backoffice/kit/money.ts";
import { offsetText, readLocalTime, zoneOf } from "../../../origin/backoffice/kit/zones.ts";
import { CommandError, EXIT } from "./sale_command.ts";

/** An item of a new sale as the API takes it. */
export interface GivenItem {
  productId: number;
  stock: number;
  perUserLimit?: number;
}

/**
 * A time of the command line: ISO 8601 with an offset or `Z`, or a local time together with a zone,
 * as `2026-06-01 10:00`. Answers ISO 8601 UTC. @throws {CommandError}
 */
export function readTime(text: string, zone: string | undefined, option: string): string {
  const refuse = (rule: string) => {
    const value = JSON.stringify(text);
    return new CommandError(
      EXIT.usage,
      `Cannot use ${option} as it must be ${rule}: current value is ${value}`,
    );
  };
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) && !isNaN(Date.parse(text))) {
    return new Date(text).toISOString();
  }
  if (zone === undefined) {
    throw refuse("a time with its offset, as 2026-06-01T10:00:00+02:00, or come with --zone");
  }
  const known = zoneOf(zone);
  if (known === null) {
    throw new CommandError(EXIT.usage, `Cannot use --zone as there is no zone ${zone}`);
  }
  const time = readLocalTime(text, known);
  switch (time.kind) {
    case "instant":
      return new Date(time.ms).toISOString();
    case "invalid":
      throw refuse("a time such as 2026-06-01 10:00");
    case "skipped":
      throw refuse(
        `a time that exists: clocks in ${known} go from ${time.earlier} to ${time.later} then`,
      );
    case "twice":
      throw refuse(
        `told with its offset, as it comes twice in ${known}: ` +
          `${offsetText(time.earlier, known)} or ${offsetText(time.later, known)}`,
      );
  }
}

/** `PRODUCT:STOCK[:PER_USER]`, the stock a number or `unlimited`. @throws {CommandError} */
export function readItem(text: string): GivenItem {
  const [, product, stock, perUser] =
    /^(\d{1,15}):(\d{1,10}|unlimited)(?::(\d{1,10}))?$/.exec(text) ??
      [];
  if (product === undefined || stock === undefined) {
    throw new CommandError(
      EXIT.usage,
      "Cannot use --item as it must be PRODUCT:STOCK or PRODUCT:STOCK:PER_USER: " +
        `current value is ${JSON.stringify(text)}`,
    );
  }
  return {
    productId: Number(product),
    stock: stock === "unlimited" ? -1 : Number(stock),
    ...(perUser === undefined ? {} : { perUserLimit: Number(perUser) }),
  };
}

/** A price as people write it, in minor units. @throws {CommandError} */
export function readPrice(text: string, currency: string): number {
  const read = readAmount(text, currency);
  if (read.kind === "amount") return read.amount;
  throw new CommandError(
    EXIT.usage,
    `Cannot use --price as it must be an amount: current value is ${JSON.stringify(text)}. ` +
      read.message,
  );
}

/** What an option must not go without. @throws {CommandError} */
export function needed<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value;
  throw new CommandError(
    EXIT.usage,
    `Cannot go on as ${option} is needed: current value is missing`,
  );
}

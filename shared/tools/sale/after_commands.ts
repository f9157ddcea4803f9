import { bar } from "./watch_text.ts";
import {
  type CommandContext,
  CommandError,
  EXIT,
  readCount,
  readId,
  readTextOption,
  type SaleCommand,
  take,
} from "./sale_command.ts";
import { readinessLines } from "./course_commands.ts";

/** How often the state of a job is asked for. */
const POLL_MS = 500;

/** Longest time that a job is waited for: a proof of a million tickets takes some minutes. */
const MAX_WAIT_MS = 30 * 60_000;

/** Asks until a job is over, showing how far it is. @throws {CommandError} when it takes too long */
async function follow<T>(
  context: CommandContext,
  read: () => Promise<T>,
  isOver: (job: T) => boolean,
  lines: (job: T) => string[],
): Promise<T> {
  const deadline = context.nowMs() + MAX_WAIT_MS;
  while (context.nowMs() < deadline && !context.signal.aborted) {
    const job = await read();
    if (isOver(job)) return job;
    if (!context.json) context.terminal.redraw(lines(job));
    await context.sleep(POLL_MS);
  }
  throw new CommandError(EXIT.unreachable, "Nobody waits any longer: it goes on at the origin");
}

const ready: SaleCommand = {
  name: "ready",
  usage: "SALE",
  summary: "Check whether a sale could sell; changes nothing",
  details: ["Ends with 1 when something is not ready."],
  async run({ api, args, json, terminal }) {
    const id = String(readId(args[0], "SALE"));
    const report = await take(await api.sales[":id"].readiness.$get({ param: { id } }));
    terminal.print(json ? JSON.stringify(report) : readinessLines(report).join("\n"));
    return report.ready ? EXIT.done : EXIT.refused;
  },
};

const rehearse: SaleCommand = {
  name: "rehearse",
  usage: "SALE",
  summary: "Let a made-up crowd buy from a copy of a sale, which is removed afterwards",
  details: ["Ends with 1 when a count is wrong."],
  options: {
    buyers: { type: "string", value: "N", help: "Left out: a fifth more than there are pieces" },
    force: { type: "boolean", help: "Also while a sale is open or about to start" },
  },
  async run(context) {
    const { api, args, options, json, terminal } = context;
    const id = String(readId(args[0], "SALE"));
    const buyers = readCount(context, "buyers", 1, 1_000_000);
    const started = await take(
      await api.sales[":id"].rehearsals.$post({
        param: { id },
        json: { ...(buyers === undefined ? {} : { buyers }), force: options.force === true },
      }),
    );
    const rehearsalId = String(started.rehearsalId);
    const over = await follow(
      context,
      async () =>
        await take(
          await api.sales[":id"].rehearsals[":rehearsalId"].$get({ param: { id, rehearsalId } }),
        ),
      ({ state }) => state !== "running",
      ({ step, buyers, progress }) => [
        `${step}: ${bar(progress.answered, buyers)} ${progress.answered} of ${buyers} answered, ` +
        `${progress.accepted} accepted, ${progress.written} written`,
      ],
    );
    if (json) terminal.print(JSON.stringify(over));
    else {
      for (const { name, ok, detail } of over.checks) {
        terminal.print(`${ok ? "ok      " : "NOT OK  "}${name}: ${detail}`);
      }
      if (over.figures) {
        const { acceptedPerS, writtenPerS, drainMs } = over.figures;
        terminal.print(
          `${Math.round(acceptedPerS)} accepted/s, ${Math.round(writtenPerS)} written/s, ` +
            `all written ${(drainMs / 1000).toFixed(1)} s after the last buy`,
        );
      }
      if (over.fault !== null) terminal.print(`It broke off: ${over.fault}`);
      terminal.print(over.state === "passed" ? "Passed." : "Failed.");
    }
    return over.state === "passed" ? EXIT.done : EXIT.refused;
  },
};

const prove: SaleCommand = {
  name: "prove",
  usage: "SALE",
  summary: "Make a signed proof of every ticket and download it",
  details: [
    "`deno task proof verify FILE` checks what it writes. Ends with 1 when the books do not balance.",
  ],
  options: {
    out: { type: "string", value: "FOLDER", help: "Where to write it; here when left out" },
    full: { type: "boolean", help: "Names buyers; for your own eyes" },
  },
  async run(context) {
    const { api, args, options, json, terminal } = context;
    const saleId = readId(args[0], "SALE");
    const id = String(saleId);
    const route = api.sales[":id"].proofs;
    const full = options.full === true;
    const begun = await take(await route.$post({ param: { id }, json: { full } }));
    const proofId = String(begun.proofId);
    const done = await follow(
      context,
      async () => await take(await route[":proofId"].$get({ param: { id, proofId } })),
      ({ state }) => state !== "making",
      ({ tickets, ticketsInAll }) => [
        `${bar(tickets, ticketsInAll ?? 0)} ${tickets.toLocaleString("en-US")} tickets`,
      ],
    );
    if (done.state === "failed") {
      throw new CommandError(EXIT.refused, `The proof could not be made: ${done.reason}`);
    }
    const folder = (readTextOption(context, "out") ?? ".").replace(/(?<=.)\/+$/, "");
    const files: string[] = [];
    for (const form of ["json", "html"]) {
      const answer = await context.open(`/sales/${id}/proofs/${proofId}/bundle.${form}`);
      const file = `${folder}/proof-${id}-${proofId}.${form}`;
      await terminal.writeFile(file, answer.body!);
      files.push(file);
    }
    if (json) terminal.print(JSON.stringify({ ...done, files }));
    else {
      const kept = done.totals?.moving
        ? "Nothing is broken, but the sale was moving while it was counted: sums are not judged."
        : "Every promise was kept.";
      terminal.print(done.ok ? kept : "A PROMISE WAS BROKEN: read the file.");
      terminal.print(`${done.tickets.toLocaleString("en-US")} tickets, head ${done.head}`);
      terminal.print(`Signed by ${done.fingerprint}`);
      for (const file of files) terminal.print(file);
    }
    return done.ok ? EXIT.done : EXIT.refused;
  },
};

const check: SaleCommand = {
  name: "check",
  usage: "SALE",
  summary: "Recount a sale from database and ledger, now",
  details: ["Ends with 1 when the books do not balance."],
  async run({ api, args, json, terminal }) {
    const id = String(readId(args[0], "SALE"));
    const proof = await take(await api.sales[":id"].proof.$get({ param: { id } }));
    if (json) terminal.print(JSON.stringify(proof));
    else {
      const { stock, remaining, processing, unpaid, paid, cancelled, refused } = proof;
      terminal.print(
        `stock ${stock} = remaining ${remaining} + processing ${processing} + unpaid ${unpaid} ` +
          `+ paid ${paid}; cancelled ${cancelled}, refused ${refused}, ` +
          `refund due ${proof.refundDue}, refunded ${proof.refunded}`,
      );
      for (const { invariant, item, ticket, detail } of proof.violations) {
        terminal.print(`${invariant} ${item} ${ticket ?? ""} ${detail}`);
      }
      const moving = proof.moving ? " (the sale is moving)" : "";
      terminal.print((proof.ok ? "The books balance." : "The books do NOT balance.") + moving);
    }
    return proof.ok ? EXIT.done : EXIT.refused;
  },
};

const orders: SaleCommand = {
  name: "orders",
  usage: "SALE",
  summary: "Write the orders of a sale to a CSV file",
  options: { out: { type: "string", value: "FILE", help: "orders-SALE.csv when left out" } },
  async run(context) {
    const saleId = readId(context.args[0], "SALE");
    const file = readTextOption(context, "out") ?? `orders-${saleId}.csv`;
    const answer = await context.open(`/orders.csv?saleId=${saleId}`);
    await context.terminal.writeFile(file, answer.body!);
    context.terminal.print(context.json ? JSON.stringify({ file }) : file);
    return EXIT.done;
  },
};

const cleanUp: SaleCommand = {
  name: "clean-up",
  usage: "SALE",
  summary: "After a sale: a last proof, then its ledger, inbox and events go for good",
  details: ["Says what would go and what stands in the way; does it only with --yes."],
  options: {
    yes: { type: "boolean", help: "Really do it" },
    "drop-events": {
      type: "boolean",
      help: "Events of the last 7 days too, which a shop without a webhook may not have read",
    },
  },
  async run(context) {
    const { api, args, options, json, terminal } = context;
    const id = String(readId(args[0], "SALE"));
    const route = api.sales[":id"]["clean-up"];
    const look = async () => await take(await route.$get({ param: { id } }));
    if (options.yes !== true) {
      const found = await look();
      if (json) terminal.print(JSON.stringify(found));
      else {
        const { inbox, orderEvents, expiredHolds, barredBuyers } = found.remains;
        terminal.print(
          `Would remove ${inbox} messages of the inbox, ${orderEvents} events, ` +
            `${expiredHolds + barredBuyers} notes about buyers, and the ledger.`,
        );
        for (const { detail } of found.obstacles) terminal.print(`In the way: ${detail}`);
        if (found.obstacles.length === 0) terminal.print("Nothing is in the way: use --yes.");
        else if (found.obstacles.every(({ kind }) => kind === "young_events")) {
          terminal.print("Use --yes --drop-events to remove these events too.");
        }
      }
      return found.obstacles.length === 0 ? EXIT.done : EXIT.refused;
    }
    const dropEvents = options["drop-events"] === true;
    await take(await route.$post({ param: { id }, json: { dropEvents } }));
    const over = await follow(
      context,
      look,
      ({ state }) => state !== "running",
      ({ step, remains }) => [`${step ?? "beginning"}: ${remains.inbox} messages left`],
    );
    terminal.print(
      json
        ? JSON.stringify(over)
        : over.state === "clean"
        ? "Clean."
        : `It broke off: ${over.failure}`,
    );
    return over.state === "clean" ? EXIT.done : EXIT.refused;
  },
};

/** What comes before and after a sale. */
export const AFTER_COMMANDS: SaleCommand[] = [ready, rehearse, check, prove, orders, cleanUp];

import type { LiveFrame } from "../../../origin/live/live_frame.ts";
import { serverEvents } from "./event_stream.ts";
import {
  type CommandContext,
  CommandError,
  EXIT,
  readId,
  readTextOption,
  type SaleCommand,
} from "./sale_command.ts";
import { frameLines } from "./watch_text.ts";

/** Times in a row that the stream may break before the tool gives up, and the pauses between. */
const MAX_BREAKS = 10;
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 10_000;

const ENDS = ["sold_out", "ended", "written"] as const;

/** True when what the user waits for has come. */
function isOver(until: string | undefined, { state, queue, outbox }: LiveFrame): boolean {
  switch (until) {
    case "sold_out":
      return state === "sold_out" || state === "ended";
    case "ended":
      return state === "ended";
    case "written":
      return (state === "sold_out" || state === "ended") && queue.messages === 0 &&
        outbox.messages === 0;
    default:
      return false;
  }
}

/** Shows frames until the stream ends; answers whether the user is content. */
async function follow(context: CommandContext, saleId: number, until: string | undefined) {
  const { json, terminal, signal } = context;
  const answer = await context.open(`/sales/${saleId}/live`, { signal });
  for await (const { name, data } of serverEvents(answer.body!)) {
    if (name !== "frame") continue;
    const frame: LiveFrame = JSON.parse(data);
    if (json) terminal.print(data);
    else terminal.redraw(frameLines(frame));
    if (isOver(until, frame)) return true;
  }
  return false;
}

const watch: SaleCommand = {
  name: "watch",
  usage: "SALE",
  summary: "Follow a sale in the terminal, once a second, until Ctrl-C",
  details: ["With --json each moment is one line."],
  options: {
    until: {
      type: "string",
      value: "WHAT",
      help: "sold_out, ended, or written (sold out or ended, and every order in the database)",
    },
  },
  async run(context) {
    const saleId = readId(context.args[0], "SALE");
    const until = readTextOption(context, "until");
    if (until !== undefined && !ENDS.some((one) => one === until)) {
      throw new CommandError(
        EXIT.usage,
        `Cannot use --until as it must be one of ${ENDS.join(", ")}: current value is ` +
          JSON.stringify(until),
      );
    }
    for (let breaks = 0; breaks < MAX_BREAKS && !context.signal.aborted;) {
      const began = context.nowMs();
      try {
        if (await follow(context, saleId, until)) return EXIT.done;
      } catch (error) {
        if (context.signal.aborted) break;
        const passes = !(error instanceof CommandError) || error.exitCode === EXIT.unreachable;
        if (!passes) throw error;
        context.terminal.note(error instanceof Error ? error.message : String(error));
      }
      if (context.signal.aborted) break;
      // Streams end by themselves after some minutes: that is no failure.
      breaks = context.nowMs() - began > MAX_PAUSE_MS ? 0 : breaks + 1;
      await context.sleep(Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** breaks));
    }
    if (context.signal.aborted) return EXIT.done;
    throw new CommandError(EXIT.unreachable, "The origin does not keep the connection");
  },
};

/** Following a sale. */
export const WATCH_COMMANDS: SaleCommand[] = [watch];

import { readBlockLine } from "./block_lines.ts";
import { readRefusal } from "./kit/api_answers.ts";
import { Badge } from "./kit/parts.tsx";
import { Table } from "./kit/table.tsx";
import type { PageContext } from "./page_env.ts";

/** What became of one line. */
export interface BlockOutcome {
  line: string;
  kind: "added" | "known" | "refused";
  text: string;
}

/**
 * Blocks what lines name, one after the other; each is checked, and written to the audit log, by
 * itself. A line that is refused leaves the others as they are.
 */
export async function addBlocks(c: PageContext, lines: string[]): Promise<BlockOutcome[]> {
  const outcomes: BlockOutcome[] = [];
  for (const line of lines) outcomes.push(await addBlock(c, line));
  return outcomes;
}

async function addBlock(c: PageContext, line: string): Promise<BlockOutcome> {
  const entry = readBlockLine(line);
  const response = await c.get("api").blocklist.$post({ json: entry });
  if (!response.ok) {
    const { detail, errors } = await readRefusal(response);
    const what = "userId" in entry ? "A user id" : "A network";
    const message = errors[0]?.message;
    return { line, kind: "refused", text: message ? `${what} ${message}.` : detail };
  }
  const { userId, cidr } = await response.json() as { userId?: string; cidr?: string };
  const target = userId === undefined ? `The network ${cidr}` : `The user ${userId}`;
  const status: number = response.status;
  return status === 201
    ? { line, kind: "added", text: `${target} is blocked now.` }
    : { line, kind: "known", text: `${target} was blocked before.` };
}

const LABELS = {
  added: { label: "Blocked", tone: "good" },
  known: { label: "Was blocked", tone: "plain" },
  refused: { label: "Not taken", tone: "bad" },
} as const;

/** What became of each line, those that were not taken first. */
export function Outcomes({ outcomes }: { outcomes: BlockOutcome[] }) {
  const order = ["refused", "added", "known"];
  const rows = outcomes.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const count = (kind: BlockOutcome["kind"]) =>
    outcomes.filter((outcome) => outcome.kind === kind).length.toLocaleString("en");
  return (
    <section class="stack" aria-labelledby="outcomes">
      <h2 id="outcomes">What became of your lines</h2>
      <p role="status">
        {count("added")} blocked, {count("known")} blocked before, {count("refused")} not taken.
      </p>
      <Table
        caption="What became of each line"
        rows={rows}
        empty={<p>There was no line with anything in it.</p>}
        columns={[
          { heading: "Line", cell: ({ line }) => <code>{line.slice(0, 100)}</code> },
          { heading: "Result", cell: ({ kind }) => <Badge {...LABELS[kind]} /> },
          { heading: "", cell: ({ text }) => text },
        ]}
      />
    </section>
  );
}

import type { AdminClient } from "../../../origin/admin/admin_client.ts";

/** How the tool ends. */
export const EXIT = {
  done: 0,
  /** The origin refused it, a sale is not ready, or a proof does not hold. */
  refused: 1,
  /** Arguments that cannot be used. */
  usage: 2,
  /** The origin cannot be reached or did not answer in time. */
  unreachable: 3,
  /** The token is missing or wrong, or its role does not reach. */
  denied: 4,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** Ends a command with one line and a code. */
export class CommandError extends Error {
  override name = "CommandError";

  constructor(readonly exitCode: ExitCode, message: string) {
    super(message);
  }
}

/** An option of a command as `node:util` parses it, with its line of help. */
export interface CommandOption {
  type: "string" | "boolean";
  multiple?: boolean;
  /** What stands for the value in the help, as `TIME`. */
  value?: string;
  help: string;
}

/** What a command works with. */
export interface CommandContext {
  api: AdminClient;
  /**
   * Asks the admin API for something that is no JSON, as a stream of events or a file; `path` is
   * below `/admin/api`. @throws {CommandError} for an answer that is not ok
   */
  open(path: string, init?: RequestInit): Promise<Response>;
  /** The arguments behind the command's name. */
  args: string[];
  options: Record<string, string | boolean | string[] | undefined>;
  json: boolean;
  terminal: Terminal;
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** Fires when the user breaks off. */
  signal: AbortSignal;
}

/** Where a command says what. */
export interface Terminal {
  /** The result, to standard output. */
  print(line: string): void;
  /** Progress and hints, to standard error. */
  note(line: string): void;
  /** Lines that take the place of the last ones shown so, on a terminal; else each once. */
  redraw(lines: string[]): void;
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  writeFile(path: string, chunks: ReadableStream<Uint8Array>): Promise<void>;
}

/** One command of `deno task sale`. */
export interface SaleCommand {
  name: string;
  /** Its arguments, as `SALE PRODUCT COUNT`. */
  usage: string;
  summary: string;
  /** More lines for `sale COMMAND --help`. */
  details?: string[];
  options?: Record<string, CommandOption>;
  run(context: CommandContext): Promise<ExitCode>;
}

/** A positive whole number of the command line. @throws {CommandError} */
export function readId(text: string | undefined, what: string): number {
  const id = Number(text);
  if (text === undefined || !/^[1-9]\d{0,15}$/.test(text)) {
    throw new CommandError(
      EXIT.usage,
      `Cannot use ${what} as it must be a positive whole number: current value is ${
        text === undefined ? "missing" : JSON.stringify(text)
      }`,
    );
  }
  return id;
}

/** A whole number of an option within its bounds, or undefined. @throws {CommandError} */
export function readCount(
  context: CommandContext,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = context.options[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (typeof text !== "string" || !/^-?\d{1,15}$/.test(text) || value < least || value > most) {
    throw new CommandError(
      EXIT.usage,
      `Cannot use --${name} as it must be a whole number from ${least} to ${most}: ` +
        `current value is ${JSON.stringify(text)}`,
    );
  }
  return value;
}

/** One text of an option, or undefined. */
export function readTextOption(context: CommandContext, name: string): string | undefined {
  const text = context.options[name];
  return typeof text === "string" ? text : undefined;
}

/** An answer of the typed client, whatever it is to. */
export interface AnyAnswer {
  ok: boolean;
  status: number;
  json(): Promise<unknown>;
}

/** What an answer holds when it is ok. */
export type BodyOf<Answer> = Answer extends { status: 200 | 201 | 202; json(): Promise<infer Body> }
  ? Body
  : never;

/** The JSON of an answer that is ok. @throws {CommandError} for a refusal, naming its reason */
export async function take<Answer extends AnyAnswer>(answer: Answer): Promise<BodyOf<Answer>> {
  if (answer.ok) return await answer.json() as BodyOf<Answer>;
  throw await refusalOf(answer);
}

/** A refusal as RFC 9457 has it, as far as it is one. */
interface ProblemLike {
  title?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** What to say of an answer that is not ok. */
export async function refusalOf(answer: AnyAnswer): Promise<CommandError> {
  const problem = await answer.json().catch(() => ({})) as ProblemLike;
  const lines = (problem.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`);
  const said = problem.detail ?? problem.title ?? `status ${answer.status}`;
  const code = answer.status === 401 || answer.status === 403 ? EXIT.denied : EXIT.refused;
  return new CommandError(code, `The origin refused it: ${said}${lines.join("")}`);
}

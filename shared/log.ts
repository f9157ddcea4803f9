import { configure, getConsoleSink, getLogger, type LogRecord } from "@logtape/logtape";

/** A logger of one part of the system. */
export type Log = ReturnType<typeof getLogger>;

/** `json`: one object a line, for machines. `text`: one short line, for a person at a terminal. */
export type LogForm = "json" | "text";

/** The logger of a part, say `logOf("origin", "relay")`. Silent until `startLogging` was called. */
export function logOf(...category: string[]): Log {
  return getLogger(["dropgate", ...category]);
}

/** Sends all logs to the console. Called once per thread, by a `main.ts` or a tool. */
export async function startLogging(
  level: "debug" | "info" | "warning" | "error",
  form: LogForm = "json",
): Promise<void> {
  const formatter = form === "json" ? jsonLine : textLine;
  await configure({
    reset: true,
    sinks: { console: getConsoleSink({ formatter }) },
    loggers: [
      { category: ["dropgate"], lowestLevel: level, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
    ],
  });
}

/** The message as a person reads it: values stand in it without quotes. */
function messageOf(record: LogRecord): string {
  return record.message.map((part) => typeof part === "string" ? part : String(part)).join("");
}

/** One log record as one line of JSON: time, level, logger, message, and its values by name. */
export function jsonLine(record: LogRecord): string {
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: record.category.join("."),
    message: messageOf(record),
    ...record.properties,
  });
}

/** One log record as `12:34:56.789 warning origin.relay: message`. */
export function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  return `${time} ${record.level} ${record.category.slice(1).join(".")}: ${messageOf(record)}`;
}

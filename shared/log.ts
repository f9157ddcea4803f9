import type { AsyncLocalStorage } from "node:async_hooks";
import { configure, getConsoleSink, getLogger, type LogRecord } from "@logtape/logtape";
import { type Environment, readText, unusable } from "./env.ts";
import { redact } from "./redact.ts";
import { requestContext } from "./request_context.ts";

/** A logger of one part of the system. */
export type Log = ReturnType<typeof getLogger>;

/** `json`: one object a line, for machines. `text`: one short line, for a person at a terminal. */
export type LogForm = "json" | "text";

const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** Lines below it are not written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `LOG_LEVEL`. @throws {ConfigurationError} */
export function readLogLevel(env: Environment): LogLevel {
  const given = readText(env, "LOG_LEVEL", "info");
  const level = LOG_LEVELS.find((one) => one === given);
  return level ?? unusable("LOG_LEVEL", given, `it must be one of ${LOG_LEVELS.join(", ")}`);
}

/** The logger of a part, say `logOf("origin", "relay")`. Silent until `startLogging` was called. */
export function logOf(...category: string[]): Log {
  return getLogger(["dropgate", ...category]);
}

/**
 * Sends all logs to the console, each line with the request that it belongs to. Called once per
 * thread, by a `main.ts` or a tool.
 */
export async function startLogging(level: LogLevel, form: LogForm = "json"): Promise<void> {
  const formatter = form === "json" ? jsonLine : textLine;
  await configure({
    reset: true,
    contextLocalStorage: requestContext as unknown as AsyncLocalStorage<Record<string, unknown>>,
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

/**
 * One log record as one line of JSON without secrets: time, level, logger, message, and its values
 * by name.
 */
export function jsonLine(record: LogRecord): string {
  return redact(JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: record.category.join("."),
    message: messageOf(record),
    ...record.properties,
  }));
}

/** One log record as `12:34:56.789 warning origin.relay: message (request)`, without secrets. */
export function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const logger = record.category.slice(1).join(".");
  const { requestId } = record.properties;
  const request = typeof requestId === "string" ? ` (${requestId})` : "";
  return redact(`${time} ${record.level} ${logger}: ${messageOf(record)}${request}`);
}

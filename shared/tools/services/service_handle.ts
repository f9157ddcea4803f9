/** The servers of the services profile, by the protocol that Dropgate speaks with them. */
export type ServiceName = "redis" | "amqp" | "mysql";

/** All three, in the order in which they are told about. */
export const SERVICE_NAMES: readonly ServiceName[] = ["redis", "amqp", "mysql"];

/** The variable that holds each server's URL. */
export const URL_VARIABLES = {
  redis: "REDIS_URL",
  amqp: "AMQP_URL",
  mysql: "MYSQL_URL",
} as const satisfies Record<ServiceName, string>;

/** What people call each server. */
export const SERVICE_TITLES = {
  redis: "Redis",
  amqp: "RabbitMQ",
  mysql: "MariaDB or MySQL",
} as const satisfies Record<ServiceName, string>;

/** Where the servers answer, passwords included. */
export type ServiceUrls = Record<ServiceName, string>;

/** Takes one line of progress. */
export type ProgressLog = (line: string) => void;

/** A server that was started for one run, to be broken and mended at will. */
export interface ServiceHandle {
  readonly name: ServiceName;
  /** Loopback TCP port; the same after every `start()`. */
  readonly port: number;
  readonly url: string;
  /** The server's process ids on this machine; empty while it is down. */
  pids(): number[];
  /** Kills it at once (-9) and returns when it is gone. Its data stay. */
  kill(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  pause(): Promise<void>;
  /** Lets a frozen server go on. */
  resume(): Promise<void>;
  /** Ends it as an administrator would, so that it can write its data; -9 after 20 s. */
  stop(): Promise<void>;
  /** Starts it on the same port and data and returns when it answers. */
  start(): Promise<void>;
}

/** Servers to use: given from outside, or started for this run. */
export interface RunningServices {
  /** Of every server that was asked for. */
  urls: Partial<ServiceUrls>;
  /** Handles of those that were started here; a given server cannot be broken. */
  parts: Partial<Record<ServiceName, ServiceHandle>>;
  /** Ends what was started here and removes its data. */
  stop(): Promise<void>;
}

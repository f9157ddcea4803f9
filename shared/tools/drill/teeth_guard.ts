/** One piece of text that is replaced in a copy of the project. It must occur exactly once. */
export interface Edit {
  /** Relative to the project's folder. */
  file: string;
  find: string;
  replace: string;
}

/** A test that notices when promises are broken. */
export interface Watcher {
  name: string;
  file: string;
  /** Only tests whose names have this text. */
  filter?: string;
  env?: Record<string, string>;
  /** What it prints when it noticed something: a broken promise, not a program that cannot run. */
  sign: RegExp;
}

/** Something that keeps a promise, how to take it away, and who must notice. */
export interface Guard {
  name: string;
  /** More than one where guards back each other up and are taken away together. */
  edits: Edit[];
  noticedBy: Watcher;
}

/** Enough for every guard: most are noticed within the first hundred. */
const SEQUENCES = "4000";
const SERVICES_SEQUENCES = "1600";

const BROKEN_PROMISE = /Broken promise[^\n\\]*/;

/** Random sequences on the embedded profile. */
export const ON_SQLITE: Watcher = {
  name: "model on SQLite",
  file: "shared/tools/model/model_test.ts",
  env: { MODEL_RUNS: SEQUENCES, MODEL_SHRINK: "no" },
  sign: BROKEN_PROMISE,
};

/** Random sequences on real Redis servers and a real MySQL or MariaDB. */
export const ON_SERVICES: Watcher = {
  name: "model on services",
  file: "shared/tools/model/model_services_test.ts",
  env: { MODEL_RUNS: SERVICES_SEQUENCES, MODEL_SHRINK: "no" },
  sign: BROKEN_PROMISE,
};

/** Guards that only somebody who changes rows behind everybody's back gets to. */
export const BEHIND_BACKS: Watcher = {
  name: "last guards",
  file: "shared/tools/model/last_guards_test.ts",
  sign: BROKEN_PROMISE,
};

/** What the broker does with routes and confirms, on a real RabbitMQ. */
export const ON_RABBIT: Watcher = {
  name: "routes on RabbitMQ",
  file: "origin/queue/rabbit_queue_services_test.ts",
  filter: "Routes",
  sign: /^RabbitQueue [^\n]* FAILED/m,
};

/** The same for publishing. */
export const PUBLISHING_ON_RABBIT: Watcher = {
  ...ON_RABBIT,
  name: "publishing on RabbitMQ",
  filter: "publish() is",
};

import type { MetricFamily } from "./metric_family.ts";

/** Connections that are told apart; a process has fewer. */
const MAX_CONNECTIONS = 32;

/** Hears of one connection, which is opened again whenever it is lost. */
export interface ConnectionState {
  opened(): void;
  closed(): void;
}

interface Known {
  server: string;
  connection: string;
  isUp: boolean;
  opens: number;
}

/** Which connections of this process are there, and how often each was opened. */
export class ConnectionStates {
  readonly #known = new Map<string, Known>();

  /** What to tell of one connection; it is not told of before somebody did that. */
  of(server: string, connection: string): ConnectionState {
    return {
      opened: () => {
        const known = this.#find(server, connection);
        if (known === null) return;
        known.isUp = true;
        known.opens += 1;
      },
      closed: () => {
        const known = this.#find(server, connection);
        if (known !== null) known.isUp = false;
      },
    };
  }

  #find(server: string, connection: string): Known | null {
    const key = `${server} ${connection}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= MAX_CONNECTIONS) return null;
      known = { server, connection, isUp: false, opens: 0 };
      this.#known.set(key, known);
    }
    return known;
  }

  families(): MetricFamily[] {
    const all = [...this.#known.values()];
    const labelled = (value: (one: Known) => number) =>
      all.map((one) => ({
        labels: { server: one.server, connection: one.connection },
        value: value(one),
      }));
    return [
      {
        name: "dropgate_connection_up",
        type: "gauge",
        help: "Whether a connection is there.",
        samples: labelled((one) => Number(one.isUp)),
      },
      {
        name: "dropgate_connection_opens_total",
        type: "counter",
        help: "How often a connection was opened; all but the first are reconnects.",
        samples: labelled((one) => one.opens),
      },
    ];
  }
}

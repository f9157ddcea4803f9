import type { ConnectionStates } from "../../shared/metrics/connection_states.ts";
import {
  family,
  familyBy,
  type MetricFamily,
  type MetricSource,
} from "../../shared/metrics/metric_family.ts";
import type { MysqlDatabase } from "../database/mysql_database.ts";
import type { HealthCheck } from "../internal/health_routes.ts";

/** What is told of connections. */
export interface ConnectionParts {
  states: ConnectionStates;
  database: Pick<MysqlDatabase, "poolState" | "poolSize" | "isUp">;
  health: readonly HealthCheck[];
}

/** The connections of an origin or worker to Redis, RabbitMQ and MySQL. */
export function connectionMetrics(parts: ConnectionParts): MetricSource {
  return {
    name: "connections",
    async read() {
      const ready = await Promise.all(parts.health.map(isReady));
      return [
        ...parts.states.families(),
        ...poolFamilies(parts.database),
        familyBy(
          "gauge",
          "dropgate_part_ready",
          "Whether a part that is needed is ready.",
          "part",
          ready,
        ),
      ];
    },
  };
}

async function isReady({ name, isReady }: HealthCheck): Promise<[string, number]> {
  try {
    return [name, Number(await isReady())];
  } catch {
    return [name, 0];
  }
}

function poolFamilies(database: ConnectionParts["database"]): MetricFamily[] {
  const { open, inUse, waiting } = database.poolState();
  return [
    family("gauge", "dropgate_mysql_up", "Whether MySQL answered last.", Number(database.isUp())),
    familyBy("gauge", "dropgate_mysql_connections", "Connections of the pool.", "state", [
      ["in_use", inUse],
      ["idle", open - inUse],
    ]),
    family("gauge", "dropgate_mysql_connections_max", "Size of the pool.", database.poolSize),
    family("gauge", "dropgate_mysql_waiting", "Callers that wait for a connection.", waiting),
  ];
}

import { DeadlineError } from "../../shared/shutdown.ts";
import { DatabaseError, type DatabaseFault } from "./database.ts";

/**
 * What the numbers mean that MySQL 8.4 and MariaDB 10.11 answer with. A number that is not here is
 * `other`: nobody should guess about it.
 * https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
const FAULTS_BY_NUMBER: ReadonlyMap<number, DatabaseFault> = new Map([
  // The transaction lost against another one and was rolled back by the server. 1020 and 1412 are
  // MariaDB's and MySQL's words for "the snapshot is too old", 3101 that of group replication.
  ...numbers("deadlock", [1213, 1614, 1020, 1412, 3101]),
  ...numbers("lock_timeout", [1205, 3572]),
  // Too many connections, shutting down, out of room or memory, read only, killed, not ready.
  ...numbers("unavailable", [1040, 1041, 1037, 1038, 1021, 1030, 1114, 1129, 1203, 1226, 1637]),
  ...numbers("unavailable", [1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184]),
  ...numbers("unavailable", [1290, 1792, 1836, 1047, 1317, 1927, 1969, 3024, 3100, 4031]),
  // A row, and in schema changes a table, column or index, that is there already.
  ...numbers("duplicate", [1062, 1586, 1859, 1050, 1060, 1061]),
  // Null where none may be, out of range, cut off, not a number, not in this character set, too
  // large, a broken check or foreign key.
  ...numbers("invalid", [1048, 1263, 1264, 1265, 1267, 1292, 1300, 1364, 1366, 1367, 1406, 1690]),
  ...numbers("invalid", [1153, 1451, 1452, 1977, 3819, 3854, 4025]),
]);

function numbers(fault: DatabaseFault, list: number[]): [number, DatabaseFault][] {
  return list.map((number) => [number, fault]);
}

/** The driver's own errors have no number of the server. */
const UNAVAILABLE_TEXTS = [
  "Queue limit reached.",
  "Pool is closed.",
  "Can't add new command when connection is in closed state",
];

const UNKNOWN_DATABASE = 1049;

/** The fields that mysql2 adds to its errors. */
interface DriverError extends Error {
  errno?: number;
  code?: string;
  sqlState?: string;
  fatal?: boolean;
}

/** Says in Dropgate's words why the driver failed. */
export function mysqlError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (!(error instanceof Error)) return new DatabaseError("other", String(error));
  const { errno, code, sqlState, fatal, message } = error as DriverError;
  if (error instanceof DeadlineError) return wrap("unavailable", message, error);
  if (sqlState !== undefined && errno !== undefined) {
    if (errno === UNKNOWN_DATABASE) {
      const name = /'([^']*)'/.exec(message)?.[1] ?? "";
      const rule = "Cannot use the MySQL server as the database must exist";
      return wrap("other", `${rule}: current value is ${name}`, error);
    }
    return wrap(FAULTS_BY_NUMBER.get(errno) ?? "other", message, error);
  }
  const isConnection = fatal === true || code !== undefined || UNAVAILABLE_TEXTS.includes(message);
  return wrap(isConnection ? "unavailable" : "other", message || code || "no message", error);
}

function wrap(fault: DatabaseFault, message: string, cause: Error): DatabaseError {
  return new DatabaseError(fault, message, fault === "duplicate" ? keyOf(message) : "", { cause });
}

/** MySQL names a key `table.key`, MariaDB only `key`. */
function keyOf(message: string): string {
  return /for key '(?:[^'.]*\.)?([^'.]*)'$/.exec(message)?.[1] ?? "";
}

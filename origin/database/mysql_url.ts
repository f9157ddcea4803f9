/** Where a MySQL or MariaDB server is, and how to sign in. */
export interface MysqlAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Null sends everything in the clear. */
  tls: { rejectUnauthorized: boolean } | null;
}

const DEFAULT_PORT = 3306;

/** The values of `ssl-mode` that Dropgate takes, named as in MySQL's own clients. */
const TLS_MODES: Record<string, MysqlAddress["tls"]> = {
  DISABLED: null,
  REQUIRED: { rejectUnauthorized: false },
  VERIFY_IDENTITY: { rejectUnauthorized: true },
};

/**
 * Reads `mysql://user:password@host:port/database?ssl-mode=VERIFY_IDENTITY`. Without `ssl-mode` the
 * connection is not encrypted.
 * @throws {TypeError} naming the rule that the URL breaks; a password is never shown.
 */
export function readMysqlUrl(text: string): MysqlAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError("Cannot use a MySQL address as it must be a URL");
  }
  const refuse = (rule: string, value: string): never => {
    throw new TypeError(`Cannot use a MySQL address as ${rule}: current value is ${value}`);
  };
  if (url.protocol !== "mysql:") refuse("its scheme must be mysql", url.protocol.slice(0, -1));
  if (url.hostname === "") refuse("it must name a host", "none");
  const database = decodeURIComponent(url.pathname.slice(1));
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database)) {
    refuse("its path must name one database", database || "none");
  }
  let tls: MysqlAddress["tls"] = null;
  for (const [name, value] of url.searchParams) {
    const mode = name === "ssl-mode" ? TLS_MODES[value] : undefined;
    if (mode === undefined) {
      refuse(`it takes only ssl-mode=${Object.keys(TLS_MODES).join("|")}`, `${name}=${value}`);
    } else tls = mode;
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls,
  };
}

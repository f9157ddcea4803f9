import { type ChannelModel, connect } from "amqplib";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";

/**
 * Seconds between heartbeats. A link that died in silence is noticed after two of them; until then
 * only the confirm timers of the publisher tell.
 */
const HEARTBEAT_S = 5;

/** How long a closed socket may take to go, before it is left to the runtime. */
const SOCKET_END_MS = 1_000;

/** Where a broker is and who is asking, read from an `amqp:` or `amqps:` URL. */
export interface BrokerAddress {
  protocol: "amqp" | "amqps";
  hostname: string;
  port: number;
  username: string;
  password: string;
  /** Still percent-encoded, as the client wants it; `%2F` is the default one. */
  vhost: string;
  /** For logs and errors: no user, no password. */
  label: string;
}

/**
 * Reads `amqp[s]://user:password@host[:port][/vhost]`. Without a user it is `guest`, without a
 * vhost `/`. Query parameters are ignored: Dropgate sets the heartbeat itself.
 *
 * @throws {TypeError} for another scheme; the message does not show the password.
 */
export function readBrokerUrl(url: URL): BrokerAddress {
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== "amqp" && protocol !== "amqps") {
    throw new TypeError(`Cannot use a broker URL as its scheme must be amqp or amqps: ${protocol}`);
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (protocol === "amqp" ? 5672 : 5671);
  const vhost = url.pathname.slice(1) || "%2F";
  const anonymous = url.username === "" && url.password === "";
  return {
    protocol,
    hostname,
    port,
    // amqplib would decode these as Latin-1, which breaks passwords with other letters.
    username: anonymous ? "guest" : decodeURIComponent(url.username),
    password: anonymous ? "guest" : decodeURIComponent(url.password),
    vhost,
    label: `${protocol}://${hostname}:${port}/${vhost}`,
  };
}

/** One living connection to the broker. */
export interface BrokerSession {
  readonly model: ChannelModel;
  /** Resolves with the reason when the connection is over, whoever ended it. Never rejects. */
  readonly ended: Promise<string>;
  /** Says goodbye for at most `timeoutMs`, then tears the socket down. Can be repeated. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Connects within `timeoutMs`, or until the caller aborts `giveUp`; once connected, an abort tears
 * the socket down. `name` is what the broker's list of connections shows.
 *
 * @throws when the broker is away, refuses the user, or answers too late.
 */
export async function openSession(
  broker: BrokerAddress,
  name: string,
  timeoutMs: number,
  giveUp: AbortController,
): Promise<BrokerSession> {
  const { protocol, hostname, port, username, password, vhost } = broker;
  const options = {
    // Without it, messages of a few KB waited 40 ms each for the other side's acknowledgement.
    noDelay: true,
    timeout: timeoutMs,
    signal: giveUp.signal,
    clientProperties: { connection_name: name },
  };
  const connecting = connect(
    { protocol, hostname, port, username, password, vhost, heartbeat: HEARTBEAT_S },
    options,
  );
  try {
    return watchSession(await withDeadline(connecting, timeoutMs, `connecting to ${broker.label}`));
  } catch (error) {
    if (error instanceof DeadlineError) giveUp.abort();
    connecting.then((model) => watchSession(model).close(0), () => {});
    throw error;
  }
}

function watchSession(model: ChannelModel): BrokerSession {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let reason = "closed";
  model.on("error", (error) => reason = error.message);
  model.on("close", (error) => end(error?.message ?? reason));
  // After a heartbeat timeout the client only half-closes the socket, which then waits for a peer
  // that is gone. Its stream is not in the types, and nothing public tears it down.
  const { stream } = model.connection as unknown as {
    stream: {
      closed: boolean;
      destroy(error: Error): void;
      once(event: "close", run: () => void): void;
    };
  };
  return {
    model,
    ended,
    async close(timeoutMs) {
      try {
        await withDeadline(model.close(), timeoutMs, "closing a broker connection");
      } catch {
        // Closed already, or the broker does not answer: the socket goes all the same.
      }
      const gone = new Promise<void>((resolve) => {
        if (stream.closed) resolve();
        else stream.once("close", resolve);
      });
      // Only an error makes the client stop its heartbeat timers when the goodbye got no answer.
      stream.destroy(new Error("torn down"));
      await withDeadline(gone, SOCKET_END_MS, "ending a socket").catch(() => {});
      end(reason);
    },
  };
}

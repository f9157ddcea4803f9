import { TcpProxy } from "../../testing/tcp_proxy.ts";
import type { PartSpec } from "../launch/part_process.ts";
import { URL_VARIABLES } from "../services/service_handle.ts";
import { freePort } from "../services/free_port.ts";
import type { FaultyLink } from "./faulty_link.ts";

/** Every wire of a drill, by who dials and who answers. */
export class StageLinks {
  readonly #links = new Map<string, TcpProxy>();

  /** The wire between a process and a peer, made when it is asked for first. */
  open(part: string, peer: string, target: { hostname: string; port: number }): FaultyLink {
    const name = `${part} → ${peer}`;
    const link = this.#links.get(name) ?? new TcpProxy(target, freePort());
    this.#links.set(name, link);
    return link;
  }

  /** @throws for a wire that does not exist. */
  find(part: string, peer: string): FaultyLink {
    const link = this.#links.get(`${part} → ${peer}`);
    if (link) return link;
    const known = [...this.#links.keys()].join(", ");
    throw new Error(
      `Cannot find a link as it must be one of ${known}: current value is ${part} → ${peer}`,
    );
  }

  to(peer: string): FaultyLink[] {
    return [...this.#links].filter(([name]) => name.endsWith(` → ${peer}`)).map(([, link]) => link);
  }

  restore(): void {
    for (const link of this.#links.values()) link.restore();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }
}

/**
 * What each process is to be started with so that every byte it exchanges with a server, and an edge
 * with an origin, passes a wire of its own. Origins and workers are named with their number.
 */
export function linkedSpecs(specs: PartSpec[], links: StageLinks): PartSpec[] {
  const numbers = { edge: 0, origin: 0, worker: 0 };
  const named = specs.map((spec) => {
    numbers[spec.kind] += 1;
    return { ...spec, name: spec.kind === "edge" ? "edge" : `${spec.kind}-${numbers[spec.kind]}` };
  });
  const origins = named.filter(({ kind }) => kind === "origin");
  return named.map((spec) => {
    const env = { ...spec.env };
    if (spec.kind === "edge") {
      env.ORIGIN_URLS = origins.map((origin) =>
        rewired(origin.url, links.open("edge", origin.name, addressOf(origin.url)).port)
      ).join(",");
      return { ...spec, env };
    }
    for (const [server, variable] of Object.entries(URL_VARIABLES)) {
      const url = env[variable] ?? "";
      env[variable] = rewired(url, links.open(spec.name, server, addressOf(url)).port);
    }
    return { ...spec, env };
  });
}

function addressOf(url: string): { hostname: string; port: number } {
  const { hostname, port } = new URL(url);
  return { hostname, port: Number(port) };
}

/** The same URL on another port of this machine, without a slash at its end. */
function rewired(text: string, port: number): string {
  const url = new URL(text);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href.replace(/\/$/, "");
}

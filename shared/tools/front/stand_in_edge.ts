/** One request as it reached a stand-in edge. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** Something that answers in place of an edge and writes down what it was asked. */
export interface StandInEdge {
  /** `127.0.0.1:<port>` */
  address: string;
  seen: SeenRequest[];
  /** May be changed at any time. */
  answer: (request: SeenRequest) => Response | Promise<Response>;
  stop(): Promise<void>;
}

/** Starts a stand-in on a free loopback port that answers 200. */
export function startStandIn(): StandInEdge {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { method, headers } = request;
      const path = request.url.slice(new URL(request.url).origin.length);
      const seen = { method, path, headers, body: await request.text() };
      standIn.seen.push(seen);
      return await standIn.answer(seen);
    },
  );
  const standIn: StandInEdge = {
    address: `127.0.0.1:${server.addr.port}`,
    seen: [],
    answer: () => new Response("fine"),
    stop: () => server.shutdown(),
  };
  return standIn;
}

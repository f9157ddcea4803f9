import { assertEquals } from "@std/assert";
import { currentTrail, type MessageTrail, readTrail } from "./message_trail.ts";
import { withinRequest } from "./request_context.ts";

Deno.test("currentTrail() is that of the request that goes on", () => {
  assertEquals(currentTrail(), undefined);
  const context = { requestId: "k3J9xQ2a-1f", requestIds: ["given-id-1"] };
  assertEquals(withinRequest(context, currentTrail), context);
});

Deno.test("readTrail() gives back what was written", () => {
  const trail: MessageTrail = {
    requestId: "k3J9xQ2a-1f",
    requestIds: ["given-id-1"],
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };
  assertEquals(readTrail(JSON.stringify(trail)), trail);
  assertEquals(readTrail('{"requestId":"k3J9xQ2a-1f"}'), { requestId: "k3J9xQ2a-1f" });
});

Deno.test("readTrail() takes nothing that could forge a line", () => {
  for (
    const text of [null, undefined, "", "{", "null", "7", '{"requestId":7}', '{"requestId":"a b"}']
  ) {
    assertEquals(readTrail(text), null);
  }
  const odd = '{"requestId":"k3J9xQ2a-1f","requestIds":["a\\nb"],"traceparent":{},"level":"error"}';
  assertEquals(readTrail(odd), { requestId: "k3J9xQ2a-1f" });
});

import { assertEquals } from "@std/assert";
import { redact } from "./redact.ts";

Deno.test("redact() takes passwords, tokens and cookies out of a text", () => {
  for (
    const [text, clean] of [
      ["connect redis://:top%40secret@host:6379/0", "connect redis://:***@host:6379/0"],
      ["mysql://shop:p-w@[::1]:3306/db failed", "mysql://shop:***@[::1]:3306/db failed"],
      ["Authorization: Bearer abc.DEF_123-x=", "Authorization: Bearer ***"],
      ["token eyJhbGciOiJI.eyJzdWIi.sig_-1 here", "token *** here"],
      ["cookie dropgate_session=abc.def; lang=en", "cookie dropgate_session=***; lang=en"],
      ["__Host-dropgate_admin=xyz", "__Host-dropgate_admin=***"],
      ["?password=abc&x=1", "?password=***&x=1"],
      ["EDGE_KEY=abcdef ADMIN_TOKEN=abcdef", "EDGE_KEY=*** ADMIN_TOKEN=***"],
    ] as const
  ) {
    assertEquals(redact(text), clean);
  }
});

Deno.test("redact() leaves everything else, and JSON stays JSON", () => {
  const line = {
    message: "1-2-ann-1000000001 at http://127.0.0.1:9000/a@b in 12 ms, 3 tokens",
    token: 7,
    password: null,
    secret: "s3cret",
    nested: { api_key: 'qu"ote' },
    requestId: "k3J9xQ2a-1f",
  };
  assertEquals(JSON.parse(redact(JSON.stringify(line))), {
    ...line,
    secret: "***",
    nested: { api_key: '***"ote' },
  });
});

import { assertEquals } from "@std/assert";
import { line } from "./check_fixture.ts";
import { viewOf } from "./crowd_process.ts";
import { RecordReader, RecordWriter } from "./crowd_record.ts";

Deno.test("RecordReader takes in whole lines as they are added", async () => {
  const path = await Deno.makeTempFile();
  const reader = new RecordReader(path);
  const writer = new RecordWriter(path);
  assertEquals(await reader.more(), []);
  writer.add(line(1));
  writer.add(line(2, { user: "ü2" }));
  assertEquals(await reader.more(), [line(1), line(2, { user: "ü2" })]);
  writer.close();
  const text = JSON.stringify(line(3, { user: "ü3" })) + "\n";
  const bytes = new TextEncoder().encode(text);
  // The cut lies within the ü.
  const cut = text.indexOf("ü") + 1;
  await Deno.writeFile(path, bytes.subarray(0, cut), { append: true });
  assertEquals(await reader.more(), []);
  await Deno.writeFile(path, bytes.subarray(cut), { append: true });
  assertEquals(await reader.more(), [line(3, { user: "ü3" })]);
  await Deno.remove(path);
});

Deno.test("RecordReader waits for a record that does not exist yet", async () => {
  assertEquals(await new RecordReader("/nowhere/record").more(), []);
});

Deno.test("viewOf() counts what buyers heard", () => {
  const view = viewOf([
    line(1),
    line(2, { code: "processing", status: 202 }),
    line(1, { kind: "repeat", status: 200 }),
    line(3, { code: "sold_out", status: 409 }),
    line(4, { code: "busy", status: 503 }),
    line(5, { code: "TimeoutError", status: 0 }),
    line(1, { kind: "poll", code: "unpaid", status: 200 }),
  ]);
  assertEquals(view, {
    answered: 5,
    unanswered: 1,
    reserved: 1,
    processing: 1,
    soldOut: 1,
    refusals: { busy: 1 },
  });
});

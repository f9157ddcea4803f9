import { assertEquals } from "@std/assert";
import { endOfValue, findMember, memberNeedle, memberText } from "./body_scan.ts";

const ENCODER = new TextEncoder();

Deno.test("memberText() reads a member of the part that it is shown", () => {
  const body = ENCODER.encode('{"outcome":"reserved","ticket":"4-7-bo-1000000001","payBy":"x"}');
  assertEquals(memberText(body, 0, body.length, memberNeedle("ticket")), "4-7-bo-1000000001");
  assertEquals(memberText(body, 0, body.length, memberNeedle("outcome")), "reserved");
  assertEquals(memberText(body, 0, 30, memberNeedle("ticket")), "");
  assertEquals(memberText(body, 0, body.length, memberNeedle("code")), "");
  assertEquals(memberText(body, 0, 0, memberNeedle("ticket")), "");
});

Deno.test("findMember() and endOfValue() frame a value", () => {
  const body = ENCODER.encode('{"a":"b","code":"sold_out"');
  const start = findMember(body, 0, body.length, memberNeedle("code"));
  assertEquals([start, endOfValue(body, start, body.length)], [17, 25]);
  assertEquals(endOfValue(body, start, 20), 20);
});

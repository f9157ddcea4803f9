import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { timeText as timeTextOfScripts } from "../../../static/admin/times.js";
import {
  dailyTimes,
  localText,
  type LocalTime,
  offsetText,
  readLocalTime,
  timeText,
  ZONE_NAMES,
  zoneOf,
} from "./zones.ts";

const utc = (text: string) => Date.parse(`${text}:00Z`);

Deno.test("readLocalTime() knows summer and winter", () => {
  const cases: [string, string, string][] = [
    ["2026-01-15T10:00", "Europe/Berlin", "2026-01-15T09:00"],
    ["2026-06-01T10:00", "Europe/Berlin", "2026-06-01T08:00"],
    ["2026-06-01T10:00", "America/New_York", "2026-06-01T14:00"],
    ["2026-01-15T10:00", "Australia/Lord_Howe", "2026-01-14T23:00"],
    ["2026-06-01T10:00", "Australia/Lord_Howe", "2026-05-31T23:30"],
    ["2026-06-01T10:00", "Asia/Shanghai", "2026-06-01T02:00"],
    ["2026-06-01T10:00", "Asia/Kathmandu", "2026-06-01T04:15"],
    ["2026-06-01 10:00", "UTC", "2026-06-01T10:00"],
  ];
  for (const [local, zone, at] of cases) {
    assertEquals(readLocalTime(local, zone), { kind: "instant", ms: utc(at) }, `${local} ${zone}`);
  }
});

Deno.test("readLocalTime() says what to enter instead of a time that clocks skip", () => {
  const skipped = (earlier: string, later: string): LocalTime => ({
    kind: "skipped",
    earlier,
    later,
  });
  assertEquals(
    readLocalTime("2026-03-29T02:30", "Europe/Berlin"),
    skipped("2026-03-29T01:59", "2026-03-29T03:00"),
  );
  assertEquals(
    readLocalTime("2026-03-08T02:00", "America/New_York"),
    skipped("2026-03-08T01:59", "2026-03-08T03:00"),
  );
  // Half an hour.
  assertEquals(
    readLocalTime("2026-10-04T02:29", "Australia/Lord_Howe"),
    skipped("2026-10-04T01:59", "2026-10-04T02:30"),
  );
  assertEquals(readLocalTime("2026-10-04T02:30", "Australia/Lord_Howe").kind, "instant");
  // A whole day, when the islands changed sides of the date line.
  assertEquals(
    readLocalTime("2011-12-30T12:00", "Pacific/Apia"),
    skipped("2011-12-29T23:59", "2011-12-31T00:00"),
  );
});

Deno.test("readLocalTime() gives both instants of a time that comes twice", () => {
  const twice = (earlier: string, later: string): LocalTime => ({
    kind: "twice",
    earlier: utc(earlier),
    later: utc(later),
  });
  assertEquals(
    readLocalTime("2026-10-25T02:30", "Europe/Berlin"),
    twice("2026-10-25T00:30", "2026-10-25T01:30"),
  );
  assertEquals(
    readLocalTime("2026-11-01T01:00", "America/New_York"),
    twice("2026-11-01T05:00", "2026-11-01T06:00"),
  );
  assertEquals(
    readLocalTime("2026-04-05T01:45", "Australia/Lord_Howe"),
    twice("2026-04-04T14:45", "2026-04-04T15:15"),
  );
  // There is none of it in summer-less zones, on the same days.
  assertEquals(readLocalTime("2026-10-25T02:30", "Asia/Shanghai").kind, "instant");
});

Deno.test("readLocalTime() refuses what is no time", () => {
  for (
    const text of [
      "",
      "2026-02-30T10:00",
      "2026-06-01",
      "2026-06-01T24:00",
      "2026-06-01T10:60",
      "2026-06-01T10:00Z",
      "2026-06-01T10:00:00.5",
      "26-06-01T10:00",
      "2026-06-01T10:00[Europe/Berlin]",
    ]
  ) assertEquals(readLocalTime(text, "Europe/Berlin"), { kind: "invalid" }, text);
});

Deno.test("localText() and readLocalTime() undo each other, whatever clocks do", () => {
  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "UTC",
  ];
  const instants = fc.integer({
    min: Date.UTC(2000, 0, 1) / 1_000,
    max: Date.UTC(2100, 0, 1) / 1_000,
  });
  let twice = 0;
  fc.assert(
    fc.property(instants, fc.constantFrom(...zones), (seconds, zone) => {
      const ms = seconds * 1_000;
      const time = readLocalTime(localText(ms, zone), zone);
      if (time.kind === "twice") twice += 1;
      return time.kind === "instant"
        ? time.ms === ms
        : time.kind === "twice" && (time.earlier === ms || time.later === ms);
    }),
    { numRuns: 2_000 },
  );
  // The hours around every change of two years, each quarter of an hour.
  for (const zone of zones) {
    const end = Temporal.Instant.from("2028-01-01T00:00Z").epochMilliseconds;
    let change = Temporal.Instant.from("2026-01-01T00:00Z").toZonedDateTimeISO(zone)
      .getTimeZoneTransition("next");
    for (; change && change.epochMilliseconds < end;) {
      for (let quarter = -12; quarter <= 12; quarter++) {
        const ms = change.epochMilliseconds + quarter * 900_000;
        const time = readLocalTime(localText(ms, zone), zone);
        assert(
          time.kind === "instant" ? time.ms === ms : time.kind === "twice" &&
            (time.earlier === ms || time.later === ms),
          `${localText(ms, zone)} ${zone}`,
        );
        if (time.kind === "twice") twice += 1;
      }
      change = change.getTimeZoneTransition("next");
    }
  }
  console.log(`    ${twice} times came twice, all were told apart`);
  assert(twice > 0);
});

Deno.test("dailyTimes() keeps the hour of the clocks when they change", () => {
  const at = (first: string, zone: string, count: number, everyDays = 1) =>
    dailyTimes(first, zone, { count, everyDays }).map(({ ms }) => localText(ms, zone));
  assertEquals(at("2026-03-28T10:00", "Europe/Berlin", 3), [
    "2026-03-28T10:00",
    "2026-03-29T10:00",
    "2026-03-30T10:00",
  ]);
  const [before, on] = dailyTimes("2026-03-28T10:00", "Europe/Berlin", { count: 2, everyDays: 1 });
  assertEquals(on!.ms - before!.ms, 23 * 3_600_000, "the day of the change has 23 hours");
  const week = dailyTimes("2026-10-19T10:00", "America/New_York", { count: 3, everyDays: 7 });
  assertEquals(week.map(({ ms }) => new Date(ms).toISOString().slice(0, 16)), [
    "2026-10-19T14:00",
    "2026-10-26T14:00",
    "2026-11-02T15:00",
  ]);
});

Deno.test("dailyTimes() moves what clocks skip, and takes the first of what comes twice", () => {
  const zone = "Europe/Berlin";
  const spring = dailyTimes("2026-03-28T02:30", zone, { count: 3, everyDays: 1 });
  assertEquals(spring.map(({ ms, moved }) => [localText(ms, zone), moved]), [
    ["2026-03-28T02:30", null],
    ["2026-03-29T03:30", "skipped"],
    ["2026-03-30T02:30", null],
  ]);
  const autumn = dailyTimes("2026-10-24T02:30", zone, { count: 2, everyDays: 1 });
  assertEquals(autumn.map(({ ms, moved }) => [offsetText(ms, zone), moved]), [
    ["UTC+02:00", null],
    ["UTC+02:00", "twice"],
  ]);
  assertEquals(dailyTimes("nonsense", zone, { count: 3, everyDays: 1 }), []);
});

Deno.test("zoneOf() takes names of zones only", () => {
  assertEquals(zoneOf("Europe/Berlin"), "Europe/Berlin");
  assertEquals(zoneOf("utc"), "UTC");
  for (const name of ["", "+02:00", "Europe/Nowhere", "x".repeat(65), "__proto__"]) {
    assertEquals(zoneOf(name), null, name);
  }
  assert(ZONE_NAMES.length > 300);
  assertEquals(ZONE_NAMES.filter((name) => zoneOf(name) === null), []);
});

Deno.test("timeText() says the same on pages and in scripts", () => {
  const ms = utc("2026-10-25T00:30");
  assertEquals(timeText(ms, "Europe/Berlin"), "Sun, 25 Oct 2026, 02:30");
  for (const style of ["minute", "second", "day", "clock"] as const) {
    for (const zone of ["Europe/Berlin", "America/New_York", "UTC"]) {
      assertEquals(timeText(ms, zone, style), timeTextOfScripts(ms, zone, style));
    }
  }
});

import { z } from "@hono/zod-openapi";
import { idSchema } from "./admin_schemas.ts";

const time = () => z.string().openapi({ format: "date-time" });

const countsSchema = z.record(z.string(), z.number());

const captchaSchema = z.object({
  asked: z.number(),
  solved: z.number(),
  failed: z.number(),
  spent: z.number(),
});

const ratesSchema = z.object({
  accepted: z.number().openapi({ description: "New reservations, processing ones too" }),
  processing: z.number().openapi({ description: "Those of them whose confirmation was late" }),
  known: z.number().openapi({ description: "Answered requests that came again" }),
  refused: z.number(),
  reasons: countsSchema.openapi({ description: "Refusals by code" }),
  limits: countsSchema.openapi({ description: "Refusals by limit: user, address, sale" }),
  captcha: captchaSchema,
  written: z.number().openapi({ description: "Orders written to the order book" }),
});

const totalsSchema = z.object({
  since: time().nullable(),
  accepted: z.number(),
  known: z.number(),
  refused: z.number(),
  outcomes: countsSchema,
  limits: countsSchema,
  captcha: captchaSchema,
  written: z.number(),
  writtenRefused: z.number(),
});

const milliseconds = z.number().nullable();

const processSchema = z.object({
  kind: z.enum(["edge", "origin", "worker"]),
  processId: z.string(),
  ageS: z.number(),
  heard: z.boolean(),
  ready: z.boolean(),
  salesVersion: z.number().int(),
  upToDate: z.boolean(),
  upS: z.number(),
});

const originSchema = z.object({
  url: z.string(),
  edges: z.number().int(),
  healthy: z.number().int(),
  ready: z.number().int(),
  inFlight: z.number().int(),
});

/** One moment of a sale; see `origin/live/live_frame.ts` for what each figure means. */
export const liveFrameSchema = z.object({
  id: z.number().int(),
  at: time(),
  saleId: idSchema,
  title: z.string(),
  state: z.enum(["upcoming", "open", "sold_out", "paused", "ended"]),
  startsAt: time(),
  endsAt: time(),
  limits: z.object({
    ratePerSecond: z.number().int(),
    burst: z.number().int(),
    userPerMinute: z.number().int(),
    ipPerMinute: z.number().int(),
  }),
  captchaPolicy: z.enum(["always", "suspicious", "off"]),
  items: z.array(z.object({
    productId: idSchema,
    name: z.string(),
    stock: z.number().int(),
    left: z.number().int().nullable(),
    sold: z.number().int().nullable(),
  })),
  stock: z.number().int(),
  left: z.number().int().nullable(),
  sold: z.number().int().nullable(),
  perSecond: ratesSchema.nullable(),
  overS: z.number().openapi({ description: "Seconds that perSecond tells of" }),
  totals: totalsSchema,
  latency: z.object({
    count: z.number().int(),
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
    maxMs: milliseconds,
  }),
  queue: z.object({
    messages: z.number().int().nullable(),
    oldestS: z.number().nullable(),
    perSecond: z.number().nullable(),
    drainS: z.number().nullable(),
  }),
  outbox: z.object({ messages: z.number().int().nullable(), oldestS: z.number().nullable() }),
  captchaPassRate: z.number().nullable(),
  parts: z.array(z.object({ name: z.string(), up: z.boolean() })),
  processes: z.array(processSchema),
  origins: z.array(originSchema),
  missing: z.array(z.string()),
}).openapi("LiveFrame");

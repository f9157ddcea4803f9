import type { OpenAPIHono } from "@hono/zod-openapi";
import type { OperatorEnv } from "../operators/principal.ts";

/** The app that every group of admin routes is added to; `principal` is known to all of them. */
export type AdminApp = OpenAPIHono<OperatorEnv>;

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { demoLoginSchema } from "./gate/buy_body.ts";
import { answers } from "./openapi_answers.ts";
import { sessionSchema, whoSchema } from "./public_api.ts";

const page = { "text/html": { schema: z.string() } };

/** Signing in and out. */
export function describeSessions(registry: OpenAPIHono["openAPIRegistry"], demo: boolean): void {
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/session",
    summary: "Exchange the shop's token (Authorization: Bearer) for a session",
    responses: answers({ 200: ["A session, also set as a cookie", sessionSchema] }, [
      "unauthenticated",
      "unavailable",
    ]),
  }));
  registry.registerPath(createRoute({
    method: "get",
    path: "/api/session",
    summary: "Who is signed in",
    responses: answers({ 200: ["The buyer, or userId null", whoSchema] }, []),
  }));
  registry.registerPath(createRoute({
    method: "delete",
    path: "/api/session",
    summary: "Sign out: takes the cookie away",
    responses: answers({ 200: ["userId null", whoSchema] }, ["unauthenticated"]),
  }));
  describeHandOver(registry);
  if (!demo) return;
  registry.registerPath(createRoute({
    method: "post",
    path: "/dev/login",
    summary: "Demo sign-in",
    request: { body: { content: { "application/json": { schema: demoLoginSchema } } } },
    responses: answers({ 200: ["A session, also set as a cookie", sessionSchema] }, [
      "invalid",
      "too_large",
    ]),
  }));
}

function describeHandOver(registry: OpenAPIHono["openAPIRegistry"]): void {
  const form = z.object({
    token: z.string().describe("The shop's token of its customer"),
    returnTo: z.string().optional().describe("A path of this host; / for anything else"),
  });
  registry.registerPath(createRoute({
    method: "post",
    path: "/session",
    summary: "A form of a page of the shop brings its customer here signed in",
    request: { body: { content: { "application/x-www-form-urlencoded": { schema: form } } } },
    responses: {
      303: { description: "Signed in; the cookie is set" },
      401: { description: "The token cannot be used", content: page },
      403: { description: "The form's page is not one of the shop's", content: page },
      503: { description: "The shop's keys cannot be had", content: page },
    },
  }));
}

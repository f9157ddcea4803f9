import { DatabaseError } from "../../database/database.ts";
import type { Stage } from "./office_stages.ts";
import type { OfficeView } from "./office_views.ts";

/** The tickets of a stage that has a shop. */
const order = (buyer: "ann" | "cy" | "poison") => ({ shop }: Stage) =>
  `/orders/${shop!.tickets[buyer]}`;

/** A part of the origin is away while somebody looks. */
function away(part: "book" | "payments") {
  return ({ house: { origin } }: Stage) => {
    origin.faults[part].error = new DatabaseError("unavailable", "away, as the test wants it");
    return () => {
      origin.faults[part].error = null;
    };
  };
}

const MANY_LINES = "ann\n203.0.113.0/24\n10.0.0.0/4\nnobody here\nmallory";

/** What operators follow up after a sale, and the page of the API. */
export const FOLLOW_UP_VIEWS: OfficeView[] = [
  { name: "orders-empty", stage: "empty", path: "/orders", shows: ".empty" },
  { name: "orders-full", stage: "full", path: "/orders", role: "viewer", shows: "table" },
  {
    name: "orders-of-sale",
    stage: "full",
    path: ({ shop }) => `/orders?saleId=${shop!.saleId}`,
    shows: ".tabs",
  },
  { name: "orders-many", stage: "many", path: "/orders?page=100&status=paid", shows: "table" },
  {
    name: "orders-error",
    stage: "full",
    path: "/orders?ticket=7-3-eve-1000000001&saleId=abc",
    shows: ".error",
  },
  {
    name: "orders-away",
    stage: "full",
    path: "/orders",
    prepare: away("book"),
    shows: "main .card",
  },
  { name: "order-unpaid", stage: "full", path: order("ann"), shows: ".facts" },
  {
    name: "order-cancel",
    stage: "full",
    path: order("ann"),
    act: ({ page }) => page.getByRole("button", { name: "Cancel the order…" }).click(),
    shows: ".ask:popover-open",
  },
  { name: "order-refund", stage: "full", path: order("cy"), role: "viewer", shows: ".facts" },
  { name: "order-parked", stage: "full", path: order("poison"), shows: ".facts" },
  { name: "messages-empty", stage: "empty", path: "/messages", shows: ".empty" },
  { name: "messages-full", stage: "full", path: "/messages", shows: "table" },
  { name: "messages-many", stage: "many", path: "/messages?page=7", shows: ".pager a" },
  {
    name: "messages-recorded-many",
    stage: "many",
    path: "/messages?state=recorded&page=200",
    shows: ".pager a",
  },
  {
    name: "message",
    stage: "full",
    path: ({ shop }) => `/messages/${shop!.messageId}`,
    act: ({ page }) => page.getByText("The text as it was received").click(),
    shows: "pre",
  },
  {
    name: "message-viewer",
    stage: "full",
    path: ({ shop }) => `/messages/${shop!.messageId}`,
    role: "viewer",
    shows: ".facts",
  },
  { name: "refunds-empty", stage: "empty", path: "/refunds", shows: ".empty" },
  { name: "refunds-full", stage: "full", path: "/refunds", shows: "table" },
  { name: "refunds-many", stage: "many", path: "/refunds?page=3", shows: ".pager a" },
  {
    name: "refunds-away",
    stage: "full",
    path: "/refunds",
    prepare: away("payments"),
    shows: "main .card",
  },
  { name: "users-empty", stage: "empty", path: "/users", shows: ".empty" },
  { name: "users-many", stage: "many", path: "/users?page=20", shows: ".pager a" },
  { name: "users-error", stage: "empty", path: "/users?id=a%20b", shows: ".error" },
  { name: "user-viewer", stage: "many", path: "/users/vip-7", role: "viewer", shows: ".facts" },
  {
    name: "user-error",
    stage: "full",
    path: "/users/ann",
    act: async ({ page }) => {
      await page.getByLabel("Level").fill("high");
      await page.getByRole("button", { name: "Save" }).click();
    },
    shows: ".error",
  },
  { name: "blocklist-empty", stage: "empty", path: "/blocklist", shows: ".empty" },
  { name: "blocklist-many", stage: "many", path: "/blocklist?page=2", shows: ".pager a" },
  {
    name: "blocklist-lines",
    stage: "full",
    path: "/blocklist",
    act: async ({ page }) => {
      await page.getByText("Block many at once").click();
      await page.getByLabel("Entries, one a line").fill(MANY_LINES);
      await page.getByRole("button", { name: "Block all of these" }).click();
    },
    shows: "#outcomes",
  },
  {
    name: "blocklist-error",
    stage: "empty",
    path: "/blocklist",
    act: async ({ page }) => {
      await page.getByLabel("User id, address or network").fill("10.0.0.0/4");
      await page.getByRole("button", { name: "Block", exact: true }).click();
    },
    shows: ".error",
  },
  { name: "api-docs", stage: "empty", path: "/api-docs", role: "viewer", shows: ".route" },
  {
    name: "api-docs-route",
    stage: "empty",
    path: "/api-docs#createSale",
    act: ({ page }) => page.getByLabel("Find").fill("sale post"),
    shows: ".route[open] pre",
  },
];

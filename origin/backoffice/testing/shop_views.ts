import { DatabaseError } from "../../database/database.ts";
import type { OfficeView } from "./office_views.ts";
import type { Stage } from "./office_stages.ts";

const ofSale = (rest: string) => ({ shop }: Stage) => `/sales/${shop!.saleId}${rest}`;

const FAULTY_TIMES = { startsAt: "2026-10-25T02:30", endsAt: "2026-10-25T02:10" };

/** A part of the origin fails while somebody looks. */
function broken(part: "catalog") {
  return ({ house: { origin } }: Stage) => {
    origin.faults[part].error = new DatabaseError(
      "unavailable",
      "It is away, as the test wants it",
    );
    return () => {
      origin.faults[part].error = null;
    };
  };
}

/** Home, products and sales. */
export const SHOP_VIEWS: OfficeView[] = [
  { name: "home-empty", stage: "empty", path: "", shows: ".steps" },
  { name: "home-full", stage: "full", path: "", shows: ".running-row" },
  {
    name: "home-error",
    stage: "full",
    path: "",
    prepare: broken("catalog"),
    shows: "main .card",
  },
  { name: "not-found", stage: "full", path: "/sales/999", shows: "main .card" },
  { name: "zone", stage: "full", path: "/zone", shows: "select" },
  {
    name: "menu",
    stage: "full",
    path: "",
    act: async ({ page, look }) => {
      if (look.width === 390) await page.getByRole("button", { name: "Menu" }).click();
    },
    shows: "nav a",
  },
  { name: "products-empty", stage: "empty", path: "/products", shows: ".empty" },
  { name: "products-full", stage: "full", path: "/products", shows: "table img" },
  { name: "products-many", stage: "many", path: "/products?page=7", shows: ".pager a" },
  { name: "products-none-found", stage: "full", path: "/products?name=xyz", shows: ".empty" },
  {
    name: "product-new-error",
    stage: "full",
    path: "/products/new",
    act: async ({ page }) => {
      await page.getByLabel("Name").fill("Tea pot");
      await page.getByLabel("Price").fill("12.505");
      await page.getByRole("button", { name: "Make product" }).click();
    },
    shows: ".error",
  },
  { name: "product", stage: "full", path: "/products/2", shows: ".pictures img" },
  { name: "product-viewer", stage: "full", path: "/products/2", role: "viewer", shows: ".preview" },
  {
    name: "product-delete",
    stage: "full",
    path: "/products/2",
    act: async ({ page }) => {
      await page.getByRole("button", { name: "Delete product…" }).click();
    },
    shows: ".ask:popover-open",
  },
  { name: "sales-empty", stage: "empty", path: "/sales", shows: ".empty" },
  { name: "sales-full", stage: "full", path: "/sales", shows: "table .badge" },
  { name: "sales-many", stage: "many", path: "/sales?page=3", shows: ".pager a" },
  { name: "sale-new-empty", stage: "empty", path: "/sales/new", shows: ".empty" },
  { name: "sale-new", stage: "full", path: "/sales/new?product=2", shows: ".item-row" },
  {
    name: "sale-new-error",
    stage: "full",
    path: "/sales/new",
    act: async ({ page }) => {
      await page.getByLabel("Title").fill("The hour that comes twice");
      await page.getByLabel("Starts").fill(FAULTY_TIMES.startsAt);
      await page.getByLabel("Ends").fill(FAULTY_TIMES.endsAt);
      await page.getByLabel("Product").fill("no such thing");
      await page.getByRole("button", { name: "Make draft" }).click();
    },
    shows: ".error",
  },
  { name: "sale", stage: "full", path: ofSale(""), shows: ".tiles" },
  { name: "sale-viewer", stage: "full", path: ofSale(""), role: "viewer", shows: ".tiles" },
  { name: "sale-draft", stage: "full", path: "/sales/8", shows: ".note-box" },
  {
    name: "sale-published",
    stage: "full",
    path: "/sales/7",
    act: async ({ page }) => {
      // Publishing again only reports.
      await page.evaluate(`(() => {
        const form = document.querySelector("form.who").cloneNode(true);
        form.action = location.pathname + "/publish";
        document.body.append(form);
        form.submit();
      })()`);
    },
    shows: "#report-title",
  },
  {
    name: "sale-top-up",
    stage: "full",
    path: ofSale(""),
    act: async ({ page }) => {
      await page.getByRole("button", { name: "Top up…" }).click();
    },
    shows: ".ask:popover-open",
  },
  { name: "sale-edit-draft", stage: "full", path: "/sales/8/edit", shows: ".item-row" },
  { name: "sale-edit-published", stage: "full", path: ofSale("/edit"), shows: ".note-box" },
  {
    name: "sale-sessions",
    stage: "full",
    path: ofSale("/sessions"),
    act: async ({ page }) => {
      await page.getByLabel("First session starts").fill("2026-10-23T10:00");
      await page.getByRole("button", { name: "Show the sessions" }).click();
    },
    shows: "table",
  },
  {
    name: "sale-sessions-error",
    stage: "full",
    path: ofSale("/sessions"),
    act: async ({ page }) => {
      await page.getByLabel("First session starts").fill("2027-03-28T02:30");
      await page.getByLabel("Days from one to the next").fill("often");
      await page.getByRole("button", { name: "Show the sessions" }).click();
    },
    shows: ".error",
  },
];

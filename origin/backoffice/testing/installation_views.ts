import { OPERATORS, tellShop } from "./installation_shop.ts";
import type { Stage } from "./office_stages.ts";
import type { OfficeView } from "./office_views.ts";

const told = (attempts: number, lastError: string | null) => ({ house }: Stage) =>
  tellShop(house.origin, { attempts, lastError });

const operator = (name: keyof typeof OPERATORS) => `/operators/${OPERATORS[name]}`;

/** The doors, and what the installation is made of: operators, webhook, audit log, account. */
export const INSTALLATION_VIEWS: OfficeView[] = [
  {
    name: "setup-error",
    stage: "empty",
    path: "/setup",
    role: "nobody",
    act: async ({ page }) => {
      await page.getByLabel("Your name").fill("a b");
      await page.getByLabel("Password", { exact: true }).fill("short");
      await page.getByLabel("Password again").fill("another");
      await page.getByLabel("ADMIN_TOKEN").fill("not the token");
      await page.getByRole("button", { name: "Make it and sign in" }).click();
    },
    shows: ".error",
  },
  {
    name: "sign-in-error",
    stage: "full",
    path: "/sign-in",
    role: "nobody",
    act: async ({ page }) => {
      await page.getByLabel("Name").fill("somebody");
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
    },
    shows: ".flash.failed",
  },
  { name: "webhook-off", stage: "empty", path: "/webhook", shows: "pre" },
  {
    name: "webhook-full",
    stage: "full",
    path: "/webhook",
    prepare: told(0, null),
    act: ({ page }) => page.getByText("How to check its signature").click(),
    shows: ".badge.good",
  },
  {
    name: "webhook-retrying",
    stage: "full",
    path: "/webhook",
    prepare: told(3, "The shop answered 503"),
    shows: ".badge.warn",
  },
  {
    name: "webhook-many",
    stage: "many",
    path: "/webhook?page=7",
    prepare: told(0, null),
    shows: ".pager a",
  },
  { name: "operators-full", stage: "full", path: "/operators", shows: "table" },
  { name: "operators-many", stage: "many", path: "/operators?page=5", shows: ".pager a" },
  {
    name: "operators-viewer",
    stage: "full",
    path: "/operators",
    role: "viewer",
    shows: "main .card",
  },
  {
    name: "operator-new-error",
    stage: "full",
    path: "/operators/new",
    act: async ({ page }) => {
      await page.getByLabel("Name").fill("a b");
      await page.getByLabel("First password").fill("short");
      await page.getByRole("button", { name: "Add the operator" }).click();
    },
    shows: ".error",
  },
  { name: "operator-disabled", stage: "full", path: operator("olga"), shows: ".badge" },
  { name: "account", stage: "full", path: "/account", shows: "table" },
  {
    name: "account-error",
    stage: "full",
    path: "/account",
    act: async ({ page }) => {
      await page.getByLabel("Present password").fill("not this one");
      await page.getByLabel("New password", { exact: true }).fill("a long new password");
      await page.getByLabel("New password again").fill("another new password");
      await page.getByRole("button", { name: "Change the password" }).click();
    },
    shows: ".error",
  },
  { name: "audit-none-found", stage: "empty", path: "/audit?actor=nobody", shows: ".empty" },
  { name: "audit-full", stage: "full", path: "/audit", shows: "td details" },
  { name: "audit-many", stage: "many", path: "/audit?page=100", shows: ".pager a" },
  { name: "audit-error", stage: "full", path: "/audit?actor=nobody&from=soon", shows: ".error" },
];

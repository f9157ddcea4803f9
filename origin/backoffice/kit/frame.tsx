import type { Child } from "hono/jsx";
import { reaches, type Role } from "../../operators/principal.ts";
import { ADMIN_ASSETS } from "../admin_assets.ts";
import type { PageContext } from "../page_env.ts";

/** A place of the menu. Who does not reach `needs` is not shown it. */
interface Place {
  id: string;
  label: string;
  path: string;
  group: string;
  needs?: Role;
}

/** The places of the back office, in the order of the menu. */
export const PLACES = [
  { id: "home", label: "Overview", path: "/admin", group: "" },
  { id: "sales", label: "Sales", path: "/admin/sales", group: "" },
  { id: "products", label: "Products", path: "/admin/products", group: "" },
  { id: "orders", label: "Orders", path: "/admin/orders", group: "After the order" },
  { id: "messages", label: "Messages", path: "/admin/messages", group: "After the order" },
  { id: "refunds", label: "Refunds", path: "/admin/refunds", group: "After the order" },
  { id: "users", label: "Users", path: "/admin/users", group: "Buyers" },
  { id: "blocklist", label: "Block list", path: "/admin/blocklist", group: "Buyers" },
  { id: "webhook", label: "Shop webhook", path: "/admin/webhook", group: "This installation" },
  { id: "audit", label: "Audit log", path: "/admin/audit", group: "This installation" },
  {
    id: "operators",
    label: "Operators",
    path: "/admin/operators",
    group: "This installation",
    needs: "admin",
  },
  { id: "api", label: "API", path: "/admin/api-docs", group: "This installation" },
] as const satisfies readonly Place[];

export type PlaceId = (typeof PLACES)[number]["id"];

/** A step on the way back, as `{ label: "Sales", path: "/admin/sales" }`. */
export interface Crumb {
  label: string;
  path: string;
}

interface FrameProps {
  title: string;
  /** Null for a page that belongs to none. */
  place: PlaceId | null;
  /** File names in `static/admin` of modules that this page runs beside the frame's own. */
  scripts?: string[];
  /** File names in `static/admin` of styles that only this page needs. */
  styles?: string[];
  /** The way back, outermost first; the page itself is not among them. */
  crumbs?: Crumb[];
  /** Beside the title: a state, as `<SaleBadge …/>`. */
  beside?: Child;
  /** At the right of the title: what one comes to this page to do. */
  actions?: Child;
  /** Below the title, as `<SaleTabs …/>`. */
  tabs?: Child;
  children?: Child;
}

/** Statuses of pages. */
export type PageStatus = 200 | 400 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503;

/**
 * Answers with a page in the frame of the back office: menu, who is signed in, what the last form
 * had to say, then the page. Headers (policy, no-store) are set by the guard.
 */
export function page(c: PageContext, props: FrameProps, status: PageStatus = 200) {
  return c.html(`<!DOCTYPE html>${String(<Frame c={c} {...props} />)}`, status);
}

/** True when who is signed in may do what needs a role: pages show no button that would refuse. */
export function may(c: PageContext, needed: Role = "operator"): boolean {
  return reaches(c.get("principal").role, needed);
}

function Frame({ c, place, ...props }: FrameProps & { c: PageContext }) {
  const flash = c.get("flash");
  const { title, scripts = [], styles = [], crumbs = [] } = props;
  return (
    <html lang="en" data-zone={c.get("zone")}>
      <Head title={title} styles={styles} scripts={["frame.js", ...scripts]} />
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <Menu c={c} place={place} />
        <main id="main" tabindex={-1}>
          <div class="head">
            <div class="words">
              {crumbs.length > 0 && <Crumbs crumbs={crumbs} title={title} />}
              <div class="actions">
                <h1>{title}</h1>
                {props.beside}
              </div>
            </div>
            {props.actions && <div class="actions">{props.actions}</div>}
          </div>
          {props.tabs}
          {flash && (
            <p class={`flash ${flash.kind}`} role={flash.kind === "failed" ? "alert" : "status"}>
              {flash.text}
            </p>
          )}
          {props.children}
          <p class="foot">
            Times are shown in <span data-zone-name>{c.get("zone")}</span>.{" "}
            <a href={`/admin/zone?to=${encodeURIComponent(backTo(c))}`}>Change the time zone</a>
          </p>
        </main>
      </body>
    </html>
  );
}

/** Where a page that only changes how pages look comes back to: a form's own page for an answer. */
function backTo(c: PageContext): string {
  return c.req.path + (c.req.method === "GET" ? new URL(c.req.url).search : "");
}

/** Later ones may change what earlier ones say: `phone.css` is the last. */
const STYLES = [
  "admin.css",
  "frame.css",
  "controls.css",
  "forms.css",
  "tables.css",
  "data.css",
  "phone.css",
];

/** What every page loads. */
export function Head(
  { title, styles = [], scripts = [] }: { title: string; styles?: string[]; scripts?: string[] },
) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title} · Dropgate</title>
      <link rel="icon" href={ADMIN_ASSETS.path("mark.svg")} type="image/svg+xml" />
      {[...STYLES, ...styles].map((file) => (
        <link key={file} rel="stylesheet" href={ADMIN_ASSETS.path(file)} />
      ))}
      {scripts.map((file) => (
        <script key={file} type="module" src={ADMIN_ASSETS.path(file)}></script>
      ))}
    </head>
  );
}

/** A page for who is not signed in, as the sign-in page: one card, no menu. */
export function DoorPage({ title, children }: { title: string; children?: Child }) {
  return (
    <html lang="en">
      <Head title={title} scripts={["frame.js"]} />
      <body class="door">
        <main id="main">
          <p class="brand">Dropgate</p>
          <div class="card stack">
            <h1>{title}</h1>
            {children}
          </div>
        </main>
      </body>
    </html>
  );
}

function Crumbs({ crumbs, title }: { crumbs: Crumb[]; title: string }) {
  return (
    <nav class="crumbs" aria-label="Way back">
      {crumbs.map(({ label, path }, at) => (
        at === 0 ? <a href={path}>{label}</a> : (
          <span>
            <a href={path}>{label}</a>
          </span>
        )
      ))}
      <span aria-current="page">{title}</span>
    </nav>
  );
}

function Menu({ c, place }: { c: PageContext; place: PlaceId | null }) {
  const { name, role, via } = c.get("principal");
  const shown = PLACES.filter((one) => !("needs" in one) || may(c, one.needs));
  return (
    <header class="top">
      <a class="brand" href="/admin">Dropgate</a>
      <button type="button" class="menu-button" popovertarget="menu">Menu</button>
      <div class="menu" id="menu" popover="auto">
        <button
          type="button"
          class="menu-button"
          popovertarget="menu"
          popovertargetaction="hide"
        >
          Close menu
        </button>
        <nav aria-label="Back office">
          {shown.map(({ id, label, path, group }, at) => (
            <>
              {group !== "" && group !== shown[at - 1]?.group && <p class="group">{group}</p>}
              <a href={path} aria-current={id === place ? "page" : undefined}>{label}</a>
            </>
          ))}
        </nav>
        <form class="who" method="post" action="/admin/sign-out">
          <Csrf c={c} />
          <span>
            {via === "session"
              ? <a class="name" href="/admin/account">{name}</a>
              : <span class="name">{name}</span>}
            <span class="quiet">{role}</span>
          </span>
          <button type="submit">Sign out</button>
        </form>
      </div>
    </header>
  );
}

/** The hidden field that every form must have. */
export function Csrf({ c }: { c: PageContext }) {
  return <input type="hidden" name="csrf" value={c.get("csrf")} />;
}

import type { Child } from "hono/jsx";
import { ADMIN_ASSETS } from "../admin_assets.ts";
import type { PageContext } from "../page_env.ts";

/** The places of the back office, in the order of the menu. */
export const PLACES = [
  { id: "home", label: "Overview", path: "/admin" },
  { id: "sales", label: "Sales", path: "/admin/sales" },
  { id: "products", label: "Products", path: "/admin/products" },
  { id: "orders", label: "Orders", path: "/admin/orders" },
  { id: "messages", label: "Messages", path: "/admin/messages" },
  { id: "refunds", label: "Refunds", path: "/admin/refunds" },
  { id: "users", label: "Users", path: "/admin/users" },
  { id: "blocklist", label: "Block list", path: "/admin/blocklist" },
  { id: "webhook", label: "Shop webhook", path: "/admin/webhook" },
  { id: "audit", label: "Audit log", path: "/admin/audit" },
  { id: "operators", label: "Operators", path: "/admin/operators" },
] as const;

export type PlaceId = (typeof PLACES)[number]["id"];

interface FrameProps {
  title: string;
  place: PlaceId;
  /** File names in `static/admin` of modules that this page runs beside the frame's own. */
  scripts?: string[];
  children?: Child;
}

/**
 * Answers with a page in the frame of the back office: menu, who is signed in, what the last form
 * had to say, then the page. Headers (policy, no-store) are set by the guard.
 */
export function page(c: PageContext, props: FrameProps, status: 200 | 404 | 409 | 422 | 503 = 200) {
  return c.html(`<!DOCTYPE html>${String(<Frame c={c} {...props} />)}`, status);
}

function Frame({ c, title, place, scripts = [], children }: FrameProps & { c: PageContext }) {
  const principal = c.get("principal");
  const flash = c.get("flash");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} · Dropgate</title>
        <link rel="stylesheet" href={ADMIN_ASSETS.path("admin.css")} />
        {["frame.js", ...scripts].map((file) => (
          <script type="module" src={ADMIN_ASSETS.path(file)}></script>
        ))}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/admin">Dropgate</a>
          <nav aria-label="Back office">
            {PLACES.map(({ id, label, path }) => (
              <a href={path} aria-current={id === place ? "page" : undefined}>{label}</a>
            ))}
          </nav>
          <form class="who" method="post" action="/admin/sign-out">
            <Csrf c={c} />
            <span>{principal.name} ({principal.role})</span>
            <button type="submit">Sign out</button>
          </form>
        </header>
        <main id="main">
          <h1>{title}</h1>
          {flash && <p class={`flash ${flash.kind}`} role="status">{flash.text}</p>}
          {children}
        </main>
      </body>
    </html>
  );
}

/** The hidden field that every form must have. */
export function Csrf({ c }: { c: PageContext }) {
  return <input type="hidden" name="csrf" value={c.get("csrf")} />;
}

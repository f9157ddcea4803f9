import type { Child } from "hono/jsx";
import type { Assets } from "./assets.ts";

/** What every page is given. */
export interface PageFrame {
  assets: Assets;
  /** Shows the demo sign-in. */
  demo: boolean;
}

interface LayoutProps {
  frame: PageFrame;
  title: string;
  /** The script of the page; none for pages that only say something. */
  script?: string;
  /** Styles besides those of the frame. */
  styles?: string[];
  children: Child;
}

/** The frame of every page: head, brand, who is signed in, footer. */
export function Layout({ frame, title, script, styles = [], children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={frame.assets.path("mark.svg")} type="image/svg+xml" />
        {["frame.css", ...styles].map((name) => (
          <link key={name} rel="stylesheet" href={frame.assets.path(name)} />
        ))}
        {script ? <script type="module" src={frame.assets.path(script)}></script> : null}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">
            <img src={frame.assets.path("mark.svg")} alt="" width="28" height="28" />
            <span>Dropgate</span>
          </a>
          {script ? <p class="who" id="who" aria-live="polite"></p> : null}
        </header>
        {script ? <SignIn demo={frame.demo} /> : null}
        <main id="main" tabindex={-1}>{children}</main>
        <footer class="bottom">
          <p>A reservation is yours as soon as you see its ticket. Times are in your time zone.</p>
        </footer>
      </body>
    </html>
  );
}

/** Hidden until the script knows that nobody is signed in. */
function SignIn({ demo }: { demo: boolean }) {
  if (!demo) {
    return (
      <section class="notice" id="sign-in" hidden>
        <p>Sign in at the shop first, then come back to this page to buy.</p>
      </section>
    );
  }
  return (
    <section class="notice" id="sign-in" aria-labelledby="sign-in-title" hidden>
      <form id="demo-sign-in" class="sign-in" method="post" action="/dev/login">
        <div>
          <h2 id="sign-in-title">Demo sign-in</h2>
          <p>Any name will do. One name is one buyer.</p>
        </div>
        <label>
          <span>Name</span>
          <input
            name="userId"
            required
            maxlength={64}
            pattern="[A-Za-z0-9_.@\-]{1,64}"
            autocomplete="off"
            spellcheck={false}
            title="Letters, digits and _ . @ -"
          />
        </label>
        <button type="submit">Sign in</button>
        <p class="error" role="alert" id="sign-in-error"></p>
      </form>
    </section>
  );
}

import type { Child } from "hono/jsx";
import type { Assets } from "./assets.ts";
import { type Language, PAGE_WORDS } from "./language.ts";
import type { PageWords } from "./page_words.ts";

/** What every page is given. */
export interface PageFrame {
  assets: Assets;
  /** Shows the demo sign-in. */
  demo: boolean;
  /** Origins of the shop's own pages, which may bring customers here signed in. */
  shopOrigins: readonly string[];
  language: Language;
  words: PageWords;
}

interface LayoutProps {
  frame: PageFrame;
  title: string;
  /** Where the page is; the switch of languages leads back to it. */
  path: string;
  /** The script of the page; none for pages that only say something. */
  script?: string;
  /** Styles besides those of the frame. */
  styles?: string[];
  children: Child;
}

const FRAME_STYLES = ["theme.css", "frame.css"];

/** The frame of every page: head, brand, navigation, who is signed in, footer. */
export function Layout({ frame, title, path, script, styles = [], children }: LayoutProps) {
  const { assets, words, language } = frame;
  const modules = script ? assets.modules([script, `words_${language}.js`]) : [];
  return (
    <html lang={words.locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title === "Dropgate" ? title : `${title} · Dropgate`}</title>
        <link rel="icon" href={assets.path("mark.svg")} type="image/svg+xml" />
        {[...FRAME_STYLES, ...styles].map((name) => (
          <link key={name} rel="stylesheet" href={assets.path(name)} />
        ))}
        {modules.map((module) => <link key={module} rel="modulepreload" href={module} />)}
        {script && frame.shopOrigins.length > 0
          ? <meta name="shop-origins" content={frame.shopOrigins.join(" ")} />
          : null}
        {script ? <script type="module" src={assets.path("hand_over.js")}></script> : null}
        {script ? <script type="module" src={assets.path(script)}></script> : null}
      </head>
      <body>
        <a class="skip" href="#main">{words.frame.skip}</a>
        <Top frame={frame} path={path} live={script !== undefined} />
        {script ? <SignIn frame={frame} /> : null}
        <main id="main" tabindex={-1}>{children}</main>
        <footer class="bottom">
          <p>{words.frame.footer}</p>
        </footer>
        {script ? <p class="toast" id="toast" role="status" hidden></p> : null}
      </body>
    </html>
  );
}

/** Brand, navigation and the switch of languages; `live` where a script knows who is signed in. */
function Top({ frame, path, live }: { frame: PageFrame; path: string; live: boolean }) {
  const { assets, words, language } = frame;
  const other: Language = language === "en" ? "zh" : "en";
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href="/">
          <img src={assets.path("mark.svg")} alt="" width="28" height="28" />
          <span>Dropgate</span>
        </a>
        <nav class="top-nav" aria-label={words.frame.mainNav}>
          {live ? <span class="who" id="who"></span> : null}
          {live
            ? (
              <button type="button" class="bare" id="sign-in-open" hidden>
                {words.frame.signIn}
              </button>
            )
            : null}
          <a href="/orders" {...(path === "/orders" ? { "aria-current": "page" } : {})}>
            {words.frame.orders}
          </a>
          <a
            href={`/lang/${other}?to=${encodeURIComponent(path)}`}
            lang={PAGE_WORDS[other].locale}
            hreflang={PAGE_WORDS[other].locale}
            rel="nofollow"
          >
            {words.otherLanguage}
          </a>
        </nav>
      </div>
    </header>
  );
}

/** Opened by the script for whoever is not signed in. */
function SignIn({ frame: { demo, shopOrigins, words: { signIn } } }: { frame: PageFrame }) {
  const [shop] = shopOrigins;
  return (
    <dialog class="card sign-in" id="sign-in" aria-labelledby="sign-in-title">
      <form method="dialog" class="dialog-close">
        <button type="submit" class="bare" aria-label={signIn.close}>×</button>
      </form>
      <h2 id="sign-in-title">{demo ? signIn.demoTitle : signIn.shopTitle}</h2>
      <p class="quiet">{demo ? signIn.demoText : signIn.shopText}</p>
      {demo
        ? (
          <form id="demo-sign-in" method="post" action="/dev/login">
            <label>
              <span>{signIn.name}</span>
              <input
                name="userId"
                required
                maxlength={64}
                pattern="[A-Za-z0-9_.@\-]{1,64}"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                title={signIn.nameRule}
              />
            </label>
            <p class="error" role="alert" id="sign-in-error"></p>
            <button type="submit">{signIn.send}</button>
          </form>
        )
        : shop === undefined
        ? null
        : (
          <p>
            <a class="button" href={shop}>{signIn.shopLink}</a>
          </p>
        )}
    </dialog>
  );
}

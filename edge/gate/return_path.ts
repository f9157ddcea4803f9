/** Longest path that a sign-in leads back to. */
const MAX_RETURN_LENGTH = 1_000;

/** How a fragment begins that the page takes for the shop's sign-in (static/hand_over.js). */
const SIGN_IN_FRAGMENT = "#token=";

/** Stands for this host while a path is read; nobody can own a name under `invalid`. */
const OWN_ORIGIN = "http://own.invalid";

/**
 * Where a sign-in leads: the path that was asked for, as far as it can lead nowhere but to this
 * host, else `/`. The text is refused for whatever browsers read as another host (`//evil`,
 * `/\evil`), drop (tabs and line ends) or split headers at; what comes back is ASCII. A fragment
 * that is a sign-in of its own is left out: shops fill in what an address asked them to, and the page
 * would see the shop in front of it.
 */
export function returnPath(wanted: string | null): string {
  // deno-lint-ignore no-control-regex -- those are what must not be in it
  if (wanted === null || !/^\/(?![/\\])[^\\\x00-\x20\x7f]*$/.test(wanted)) return "/";
  if (wanted.length > MAX_RETURN_LENGTH || !URL.canParse(wanted, OWN_ORIGIN)) return "/";
  const { origin, pathname, search, hash } = new URL(wanted, OWN_ORIGIN);
  // "/.//evil" is a harmless path as it stands, and no longer one once its dots are resolved.
  if (origin !== OWN_ORIGIN || pathname.startsWith("//")) return "/";
  return pathname + search + (hash.startsWith(SIGN_IN_FRAGMENT) ? "" : hash);
}

/** Pages that make no sense to come back to. */
const DOOR = /^\/admin\/(sign-in|setup|sign-out|api|assets)(\/|$)/;

/** Longest address that is kept. */
const MAX_LENGTH = 1_000;

/**
 * An address below `/admin` to go to after signing in, or `/admin` for anything else: another host,
 * in whatever spelling browsers take for one, must never be gone to.
 */
export function ownPath(to: string | undefined): string {
  if (to === undefined || to.length > MAX_LENGTH || !/^\/admin([/?]|$)/.test(to)) return "/admin";
  const base = "http://own.invalid";
  let url: URL;
  try {
    url = new URL(to, base);
  } catch {
    return "/admin";
  }
  const { origin, pathname, search } = url;
  const isOwn = origin === base && /^\/admin(\/|$)/.test(pathname) && !pathname.includes("//");
  return isOwn && !DOOR.test(pathname) ? pathname + search : "/admin";
}

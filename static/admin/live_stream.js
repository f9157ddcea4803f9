// The connection to a sale's figures. The browser connects again by itself when a stream ends; what
// it gives up on, as a refusal, is tried again here with a pause.

const RETRY_MS = 2_000;
const MAX_RETRY_MS = 15_000;

/**
 * Follows a sale at `url`. `on.history` and `on.frame` get what comes, `on.lost` a sentence when the
 * connection is not there and why, where that is known.
 */
export function followSale(url, on) {
  let pauseMs = RETRY_MS;

  const connect = () => {
    const source = new EventSource(url);
    source.addEventListener("history", (event) => {
      pauseMs = RETRY_MS;
      on.history(JSON.parse(event.data));
    });
    source.addEventListener("frame", (event) => on.frame(JSON.parse(event.data)));
    source.addEventListener("error", async () => {
      if (source.readyState !== EventSource.CLOSED) return on.lost("");
      const why = await refusal(url);
      on.lost(why.text);
      if (why.final) return;
      setTimeout(connect, pauseMs);
      pauseMs = Math.min(MAX_RETRY_MS, pauseMs * 2);
    });
    // A page that is left must not hold one of the places of those who watch.
    addEventListener("pagehide", () => source.close(), { once: true });
    addEventListener("pageshow", (event) => event.persisted && location.reload(), { once: true });
  };
  connect();
}

/** A stream does not say why it was refused; a plain question does. */
async function refusal(url) {
  try {
    const response = await fetch(`${url}/now`, { signal: AbortSignal.timeout(5_000) });
    if (response.ok) return { text: "", final: false };
    if (response.status === 401 || response.status === 403) {
      return { text: "You are signed out. Load the page again to sign in.", final: true };
    }
    const { detail, title } = await response.json();
    return { text: detail ?? title, final: response.status === 404 };
  } catch {
    return { text: "The server does not answer.", final: false };
  }
}

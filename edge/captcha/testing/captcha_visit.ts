import { assertEquals } from "@std/assert";
import { Dice } from "../art/dice.ts";
import type { DrawerEvents } from "../draw_thread.ts";
import { type EdgeKit, startEdge } from "../../testing/edge_kit.ts";
import { humanTrack } from "./human_tracks.ts";
import { keyTrack } from "./key_tracks.ts";

/** Where the piece of every puzzle of these tests belongs. */
export const X = 150;

/** Draws at once, and never anything else. */
function instantDrawer({ onPuzzle }: DrawerEvents) {
  const puzzle = {
    width: 320,
    height: 160,
    pieceWidth: 50,
    pieceHeight: 50,
    pieceY: 33,
    x: X,
    background: "data:image/png;base64,AAAA",
    piece: "data:image/png;base64,BBBB",
  };
  return {
    draw: (count: number) => {
      for (let at = 0; at < count; at += 1) queueMicrotask(() => onPuzzle(puzzle));
    },
    close: () => {},
  };
}

/** An edge with such puzzles. */
export const startCaptchaEdge = () => startEdge({ startDrawer: instantDrawer });

/** A request to the captcha's addresses; a body that is a string is sent as it is. */
interface Asking {
  token?: string;
  body?: unknown;
  path?: string;
  peer?: string;
  headers?: Record<string, string>;
}

/** Sends it. */
export function send(
  kit: EdgeKit,
  { token, body, path = "", peer = "127.0.0.1", headers }: Asking,
) {
  const request = new Request(`http://localhost/api/captcha${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body ?? { saleId: 1 }),
  });
  return Promise.resolve(kit.edge.handle(request, peer));
}

let seed = 0;

/** What a person sends who puts the piece at `x`; the clock goes on as if he had taken his time. */
export function drag(kit: EdgeKit, x = X) {
  const track = humanTrack(new Dice([seed += 1, 3, 5, 8]), x, "mouse");
  kit.timers.nowMs += Math.ceil(track.at(-1)![0]) + 1_000;
  return { x: track.at(-1)![1], track };
}

/** What somebody sends who is quick with the arrow keys. */
export function quickKeys() {
  while (true) {
    const track = keyTrack(new Dice([seed += 1, 1, 1, 1]), X);
    if (track.at(-1)![0] < 3_000) return track;
  }
}

/** A fresh challenge. */
export async function ask(kit: EdgeKit, token: string, body: unknown = { saleId: 1 }) {
  const response = await send(kit, { token, body });
  assertEquals(response.status, 201);
  return await response.json();
}

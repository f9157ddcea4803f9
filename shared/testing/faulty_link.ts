/** Which way bytes go: from the one who dialled to the server, or back. */
export type Direction = "to_server" | "to_client";

/** A place in the bytes of a link, by what they contain. */
export interface LinkMark {
  direction: Direction;
  /** Found inside one read of the socket. A character is a byte, so `\x00` to `\xff` work too. */
  text: string;
  /** Which occurrence counts, from 1; default 1. */
  occurrence?: number;
  /** `before`: what contains it is held back too. `after`: it still passes, what follows does not. */
  hold: "before" | "after";
}

/**
 * A wire between two parts of the system, of the tool's own, that can be broken in the ways in which
 * wires break. Each change holds until `restore()`.
 */
export interface FaultyLink {
  /** Where the dialling side connects. */
  readonly port: number;
  /** Bytes that passed so far, by direction. */
  readonly passed: Record<Direction, number>;
  /** Bytes that were thrown away so far, by direction. */
  readonly heldBack: Record<Direction, number>;
  /** Connections that were ended or turned away because the link is or was cut, so far. */
  readonly refused: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** Lets nothing pass and says so to nobody: connections stay open. Without one, both directions. */
  silence(direction?: Direction): void;
  /** Lets every byte wait so long, each way; with a direction, that way only. */
  delay(ms: number, direction?: Direction): void;
  /**
   * Lets everything pass until the mark comes by; then silences this direction of every connection.
   * Resolves at that moment; rejects after `timeoutMs`, and when the link is restored or closed.
   */
  silenceAt(mark: LinkMark, timeoutMs: number): Promise<void>;
  /** New connections go to another server from now on; old ones are ended. */
  retarget(target: { hostname: string; port: number }): void;
  /** Ends connections that were cut or silenced, and lets everything pass again. */
  restore(): void;
  close(): Promise<void>;
}

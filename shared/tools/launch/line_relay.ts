/** Longest line that is kept together; a longer one is told in pieces. */
const MAX_LINE_LENGTH = 65_536;

/** Passes on what a process prints, one line at a time. */
export class LineRelay {
  constructor(readonly take: (line: string) => void) {}

  /** Reads a stream to its end. */
  async pump(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.take(line.replace(/\r$/, ""));
      if (rest.length > MAX_LINE_LENGTH) {
        this.take(rest);
        rest = "";
      }
    }
    if (rest !== "") this.take(rest);
  }
}

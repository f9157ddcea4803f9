import type { Terminal } from "./sale_command.ts";

/** The terminal of this process: results to standard output, everything else to standard error. */
export function systemTerminal(): Terminal {
  const isTerminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));
  let shown = 0;
  return {
    print: (line) => console.log(line),
    note: (line) => write(`${line}\n`),
    redraw(lines) {
      // Up over what was shown last, and clear to the end of the screen.
      if (isTerminal && shown > 0) write(`\x1b[${shown}A\x1b[J`);
      write(lines.map((line) => `${line}\n`).join(""));
      shown = lines.length;
    },
    readFile: (path) => Deno.readFile(path),
    async writeFile(path, chunks) {
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      await chunks.pipeTo(file.writable);
    },
  };
}

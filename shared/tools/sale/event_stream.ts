/** One server-sent event. */
export interface ServerEvent {
  name: string;
  data: string;
}

/** Most characters of one event: ten minutes of figures fit several times over. */
const MAX_EVENT_CHARS = 4_000_000;

/**
 * The events of a `text/event-stream` body (WHATWG HTML, server-sent events), without ids and retry
 * times, which the callers here do not need. @throws when an event is longer than its bound
 */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let pending = "";
  let name = "message";
  let data: string[] = [];
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    pending += text;
    const lines = pending.split(/\r\n|\n/);
    pending = lines.pop()!;
    if (pending.length > MAX_EVENT_CHARS) throw new Error("The origin sends an event without end");
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { name, data: data.join("\n") };
        name = "message";
        data = [];
      } else if (line.startsWith("event:")) name = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
  }
}

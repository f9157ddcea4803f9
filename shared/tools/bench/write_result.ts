/** Writes `result.json`, and `report.html` where there is one, into a folder that is made. */
export async function writeResult(out: string, result: unknown, html?: string): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/result.json`, JSON.stringify(result, null, 2) + "\n");
  if (html !== undefined) await Deno.writeTextFile(`${out}/report.html`, html);
}

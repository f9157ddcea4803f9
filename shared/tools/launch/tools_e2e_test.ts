import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "node:path";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "../e2e/own_database.ts";
import { freePort } from "../services/free_port.ts";
import { poll } from "../services/poll.ts";
import { processesWith, sendSignal, startTicksOf } from "../services/process_table.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";
import type { ReadyReport } from "./ready_file.ts";
import { RunningTool } from "./running_tool.ts";
import { secretsForRun } from "./run_secrets.ts";

const FREE_PORTS = { HOST: "", EDGE_PORT: "0", ORIGIN_PORT: "0", WORKER_PORT: "0" };
const NO_URLS = { REDIS_URL: "", AMQP_URL: "", MYSQL_URL: "" };

/** A folder for the temporary files of a tool, which must be empty again when the tool has ended. */
async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dg-" });
  try {
    await test(folder);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The tests' own servers with a database and a name space that nobody else uses. */
function withOwnSpace(test: (env: Record<string, string>) => Promise<void>): Promise<void> {
  return withDatabase(serviceFor("MYSQL_URL"), (mysqlUrl) =>
    test({
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: uniqueName("dropgate_launch"),
    }));
}

async function runOf(report: ReadyReport): Promise<string> {
  const pid = report.pids.edge?.[0] ?? 0;
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'tr "\\0" "\\n" < "/proc/$0/environ"', String(pid)],
  }).output();
  const line = new RegExp(`^${RUN_VARIABLE}=(.*)$`, "m").exec(new TextDecoder().decode(stdout));
  return line?.[1] ?? "";
}

Deno.test("dev_services.ts sells on private servers, mends what fails and leaves nothing", async () => {
  await withFolder(async (folder) => {
    const readyFile = join(folder, "ready.json");
    const tool = new RunningTool("dev_services.ts", ["--ready-file", readyFile], {
      ...FREE_PORTS,
      ...NO_URLS,
      TMPDIR: folder,
      ADMIN_TOKEN: "",
    });
    try {
      const report = await tool.ready<ReadyReport>(readyFile);
      const run = await runOf(report);
      assertEquals(dirname(run), folder);

      const post = async (path: string, body: unknown, token?: string) => {
        const response = await fetch(`${report.edgeUrl}${path}`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...(token ? { authorization: `Bearer ${token}` } : {}),
          },
          body: JSON.stringify(body),
        });
        return { status: response.status, body: await response.json() };
      };
      const { body: session } = await post("/dev/login", { userId: "ada" });
      const sale = await (await fetch(`${report.edgeUrl}/api/sales/${report.saleId}`)).json();
      const productId = sale.items[0].productId;
      const bought = await post(`/api/sales/${report.saleId}/buy`, { productId }, session.token);
      assertEquals([bought.status, bought.body.outcome], [201, "reserved"]);
      await poll("the order", async () => {
        const response = await fetch(`${report.edgeUrl}/api/orders/${bought.body.ticket}`, {
          headers: { authorization: `Bearer ${session.token}` },
        });
        return (await response.json()).status === "unpaid" || null;
      }, { timeoutMs: 20_000 });

      const edge = report.pids.edge?.[0] ?? 0;
      sendSignal(edge, "SIGKILL");
      await tool.line(/\[edge\] ended unasked with SIGKILL/);
      await poll("a new edge", async () => {
        const response = await fetch(`${report.edgeUrl}/readyz`);
        await response.body?.cancel();
        return response.status === 200 || null;
      }, { timeoutMs: 20_000 });

      tool.signal("SIGINT");
      tool.signal("SIGINT");
      assertEquals(await tool.ended(), 0, tool.lines.join("\n"));
      assertEquals(await processesWith(RUN_VARIABLE, run), []);
      for (const pid of Object.values(report.pids).flat()) {
        assertEquals(await startTicksOf(pid), null);
      }
      const killed = tool.lines.filter((line) => /is killed|while it stopped/.test(line));
      assertEquals(killed, [], "everything drained by itself");
    } finally {
      tool.signal("SIGTERM");
      await tool.ended();
    }
  });
});

Deno.test("dev_services.ts uses the servers it is given, without a sale if asked", async () => {
  await withOwnSpace((urls) =>
    withFolder(async (folder) => {
      const readyFile = join(folder, "ready.json");
      const tool = new RunningTool(
        "dev_services.ts",
        ["--ready-file", readyFile, "--no-demo-sale"],
        { ...FREE_PORTS, ...urls, TMPDIR: folder, ADMIN_TOKEN: "my-own-token" },
      );
      try {
        const report = await tool.ready<ReadyReport>(readyFile);
        assertEquals(report.saleId, null);
        assertEquals(report.adminToken, "my-own-token");
        assertEquals([report.redisUrl, report.mysqlUrl], [urls.REDIS_URL, urls.MYSQL_URL]);
        assertEquals(Object.keys(report.pids).sort(), ["edge", "origin", "worker"]);
        const response = await fetch(`${report.originUrl}/admin/api/sales`, {
          headers: { authorization: "Bearer my-own-token" },
        });
        assertEquals((await response.json()).total, 0);

        tool.signal("SIGUSR2");
        tool.signal("SIGUSR2");
        await tool.line(/Every process was replaced in/);
        for (const pid of Object.values(report.pids).flat()) {
          assertEquals(await startTicksOf(pid), null);
        }
        assertEquals(tool.lines.filter((line) => / has replaced /.test(line)).length, 3);
        const after = await fetch(`${report.edgeUrl}/readyz`);
        await after.body?.cancel();
        assertEquals(after.status, 200);
        tool.signal("SIGTERM");
        assertEquals(await tool.ended(), 0, tool.lines.join("\n"));
      } finally {
        tool.signal("SIGTERM");
        await tool.ended();
      }
    })
  );
});

Deno.test("dev_services.ts refuses some of the URLs and what it does not understand", async () => {
  const some = new RunningTool("dev_services.ts", [], { ...NO_URLS, REDIS_URL: "redis://x" });
  assertEquals(await some.ended(), 1);
  assertMatch(some.lines.join("\n"), /AMQP_URL and MYSQL_URL is missing/);
  const unknown = new RunningTool("dev_services.ts", ["--no-demo"], NO_URLS);
  assertEquals(await unknown.ended(), 1);
  assertMatch(unknown.lines.join("\n"), /--no-demo-sale/);
  const help = new RunningTool("dev_services.ts", ["--help"], NO_URLS);
  assertEquals(await help.ended(), 0);
});

Deno.test("start.ts runs several of each part on given servers", async () => {
  await withOwnSpace((urls) =>
    withFolder(async (folder) => {
      const first = freePort();
      const readyFile = join(folder, "ready.json");
      const tool = new RunningTool(
        "start.ts",
        ["--edges", "2", "--origins", "2", "--workers", "2", "--ready-file", readyFile],
        {
          ...FREE_PORTS,
          ...urls,
          ...secretsForRun({}),
          HOST: "127.0.0.1",
          EDGE_PORT: String(first),
          DEMO: "1",
          TMPDIR: folder,
        },
      );
      try {
        const [, edges = ""] = await tool.line(/Dropgate is ready: (.*) \(origins/);
        assertEquals(edges, `http://127.0.0.1:${first} http://127.0.0.1:${first + 1}`);
        const { pids } = await tool.ready<ReadyReport>(readyFile);
        assertEquals([pids.edge?.length, pids.origin?.length, pids.worker?.length], [2, 2, 2]);
        for (const url of edges.split(" ")) {
          const login = await fetch(`${url}/dev/login`, { method: "POST", body: "{}" });
          await login.body?.cancel();
          assertEquals(login.status, 404, "DEMO is off");
        }
        tool.signal("SIGTERM");
        assertEquals(await tool.ended(), 0, tool.lines.join("\n"));
      } finally {
        tool.signal("SIGTERM");
        await tool.ended();
      }
    })
  );
});

Deno.test("start.ts refuses missing secrets, some of the URLs and bad counts", async () => {
  const urls = { REDIS_URL: "redis://x", AMQP_URL: "amqp://x", MYSQL_URL: "mysql://x" };
  const secrets = secretsForRun({});
  const cases: [string[], Record<string, string>, RegExp][] = [
    [[], { ...urls, ...secrets, SESSION_KEY: "" }, /SESSION_KEY/],
    [[], { ...urls, ...secrets, ADMIN_TOKEN: "changeme-changeme" }, /ADMIN_TOKEN/],
    [[], { ...urls, ...secrets, AMQP_URL: "" }, /AMQP_URL is missing/],
    [["--edges", "0"], { ...urls, ...secrets }, /--edges/],
  ];
  for (const [args, env, message] of cases) {
    const tool = new RunningTool("start.ts", args, env);
    assertEquals(await tool.ended(), 1);
    assertMatch(tool.lines.join("\n"), message);
    assert(!tool.lines.join("\n").includes("    at "), "no stack");
  }
});

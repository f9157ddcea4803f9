import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { testPicture } from "../../../origin/media/testing/test_pictures.ts";
import { serviceFor } from "../../testing/services_env.ts";
import { freePort } from "../services/free_port.ts";
import { environmentFor, type PartKind, PROJECT_DIR } from "./project.ts";
import { netFlag } from "./net_allowed.ts";

/** Tries what its arguments say and prints one word for each. */
const PROBE = `
import { connect } from "node:net";
const tries = {
  read: (path) => Deno.readTextFile(path),
  list: (path) => Array.fromAsync(Deno.readDir(path)),
  write: (path) => Deno.writeTextFile(path, ""),
  run: (program) => new Deno.Command(program).output(),
  env: (name) => { if (Deno.env.get(name) === undefined) throw new Error("unset"); },
  dial: async (address) => {
    const [hostname, port] = address.split(":");
    (await Deno.connect({ hostname, port: Number(port) })).close();
  },
  socket: (address) => new Promise((resolve, reject) => {
    const [host, port] = address.split(":");
    const socket = connect(Number(port), host, () => { socket.destroy(); resolve(); });
    socket.on("error", reject);
  }),
};
for (const argument of Deno.args) {
  const [, what, target] = /^(\\w+)=(.*)$/.exec(argument);
  try {
    await tries[what](target);
    console.log("allowed");
  } catch (error) {
    console.log(error.name === "NotCapable" || error.code === "ERR_ACCESS_DENIED" ||
      /Requires \\w+ access/.test(error.message) ? "refused" : "failed " + error.message);
  }
}
`;

/** What a process with the permissions of a part may do, one word for each try. */
async function tryAs(kind: PartKind, tries: string[]): Promise<Record<string, string>> {
  const dir = await Deno.makeTempDir();
  try {
    const entry = join(dir, "probe.mjs");
    await Deno.writeTextFile(entry, PROBE);
    const given = {
      HOST: "127.0.0.1",
      [`${kind.toUpperCase()}_PORT`]: String(freePort()),
      ORIGIN_URLS: "http://127.0.0.1:9",
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: serviceFor("MYSQL_URL"),
    };
    const env = environmentFor(kind, Deno.env.toObject(), given);
    const config = `--config=${join(PROJECT_DIR, "deno.json")}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        config,
        `-P=${kind}`,
        netFlag(kind, env),
        entry,
        ...tries,
      ],
      clearEnv: true,
      env,
      stdin: "null",
    }).output();
    const words = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(words.length, tries.length, new TextDecoder().decode(stderr));
    return Object.fromEntries(tries.map((name, index) => [name, words[index] ?? ""]));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function addressOf(variable: "REDIS_URL" | "AMQP_URL" | "MYSQL_URL"): string {
  const { hostname, port } = new URL(serviceFor(variable));
  const fallback = { REDIS_URL: "6379", AMQP_URL: "5672", MYSQL_URL: "3306" }[variable];
  return `${hostname}:${port || fallback}`;
}

const ANYWHERE = [
  `read=${join(PROJECT_DIR, "deno.json")}`,
  `read=${join(PROJECT_DIR, ".env.example")}`,
  "read=/etc/hostname",
  `write=${join(PROJECT_DIR, "static/written.txt")}`,
  "run=/bin/true",
];

Deno.test("the edge's permissions reach neither the servers nor a file but pages and drawings", async () => {
  const servers = [addressOf("REDIS_URL"), addressOf("AMQP_URL"), addressOf("MYSQL_URL")];
  const refused = [
    ...servers.map((address) => `dial=${address}`),
    ...servers.map((address) => `socket=${address}`),
    ...ANYWHERE,
    `list=${PROJECT_DIR}`,
    `list=${join(PROJECT_DIR, "static/..")}`,
    `list=${join(PROJECT_DIR, "edge/captcha")}`,
  ];
  const readable = ["static", "edge/captcha/art"];
  const allowed = [...readable.map((dir) => `list=${join(PROJECT_DIR, dir)}`), "env=EDGE_PORT"];
  const absent = ["env=REDIS_URL", "env=MYSQL_URL"];
  assertEquals(await tryAs("edge", [...refused, ...allowed, ...absent]), {
    ...Object.fromEntries(refused.map((name) => [name, "refused"])),
    ...Object.fromEntries(allowed.map((name) => [name, "allowed"])),
    ...Object.fromEntries(absent.map((name) => [name, "failed unset"])),
  });
});

for (const kind of ["origin", "worker"] as const) {
  Deno.test(`the ${kind}'s permissions reach the three servers and no file but those of a thread`, async () => {
    const servers = [addressOf("REDIS_URL"), addressOf("AMQP_URL"), addressOf("MYSQL_URL")];
    const readable = kind === "origin" ? [`list=${join(PROJECT_DIR, "origin/media")}`] : [];
    const allowed = [
      ...servers.flatMap((address) => [`dial=${address}`, `socket=${address}`]),
      ...readable,
    ];
    const refused = [...ANYWHERE, "dial=127.0.0.1:9", "socket=127.0.0.1:9"];
    assertEquals(await tryAs(kind, [...allowed, ...refused]), {
      ...Object.fromEntries(allowed.map((name) => [name, "allowed"])),
      ...Object.fromEntries(refused.map((name) => [name, "refused"])),
    });
  });
}

Deno.test("the origin's permissions are enough to resize a picture in a thread", async () => {
  const resizing = new URL("../../../origin/media/resize_picture.ts", import.meta.url);
  const script = `
    import { resizeInThread } from ${JSON.stringify(resizing.href)};
    const bytes = Uint8Array.fromBase64(Deno.args[0]).buffer;
    const answer = await resizeInThread({ format: "png", bytes, sizes: [400] });
    console.log(answer.kind === "made" ? "made" : JSON.stringify(answer));
  `;
  const dir = await Deno.makeTempDir();
  try {
    const entry = join(dir, "resize.mjs");
    await Deno.writeTextFile(entry, script);
    const picture = (await testPicture("png", 32, 32)).toBase64();
    const config = `--config=${join(PROJECT_DIR, "deno.json")}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", config, "-P=origin", entry, picture],
      stdin: "null",
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "made", new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DockerService, hasDockerEngine } from "./docker_service.ts";
import { findServer } from "./programs.ts";
import { probeRedis } from "./probes.ts";
import { openRun, RUN_VARIABLE } from "./run_directory.ts";

/**
 * A stand-in for the docker client that runs the installed redis-server where the image would run
 * its own. It shows the order and the arguments of the calls, not that an engine accepts them.
 */
function fakeDocker(dir: string): string {
  return `#!/bin/sh
echo "$*" >> "${dir}/calls"
case "$1" in
run)
  for arg in "$@"; do case "$arg" in 127.0.0.1:*) port=$(echo "$arg" | cut -d: -f2);; esac; done
  echo "$port $REDIS_PASSWORD" > "${dir}/container" ;;
start) ;;
kill|stop) kill -9 "$(cat "${dir}/pid")"; exit 0 ;;
pause) kill -STOP "$(cat "${dir}/pid")"; exit 0 ;;
unpause) kill -CONT "$(cat "${dir}/pid")"; exit 0 ;;
*) echo "no engine" >&2; exit 1 ;;
esac
read -r port password < "${dir}/container"
"${findServer("redis")}" --port "$port" --bind 127.0.0.1 --requirepass "$password" \\
  --dir "${dir}" --set-proc-title no --pidfile "${dir}/pid" --daemonize yes > /dev/null
`;
}

Deno.test("DockerService runs, kills, freezes and restarts a container", async () => {
  const run = await openRun();
  try {
    const program = join(run.dir, "docker");
    await Deno.writeTextFile(program, fakeDocker(run.dir), { mode: 0o755 });
    Deno.env.set(RUN_VARIABLE, run.dir);
    const redis = new DockerService("redis", run.dir, program);
    await redis.start();
    await probeRedis(redis.url);
    await redis.kill();
    await assertRejects(() => probeRedis(redis.url));
    await redis.start();
    await redis.pause();
    await assertRejects(() => probeRedis(redis.url));
    await redis.resume();
    await probeRedis(redis.url);
    await redis.stop();

    const calls = (await Deno.readTextFile(join(run.dir, "calls"))).trim().split("\n");
    assertEquals(calls.map((call) => call.split(" ")[0]), [
      "run",
      "kill",
      "start",
      "pause",
      "unpause",
      "stop",
    ]);
    const name = (await Deno.readTextFile(join(run.dir, "containers"))).trim();
    assertEquals(
      calls[0]?.startsWith(
        `run --detach --name ${name} --publish 127.0.0.1:${redis.port}:6379 ` +
          "--env REDIS_PASSWORD redis:7 ",
      ),
      true,
      calls[0],
    );
    assertEquals(await hasDockerEngine(5_000, program), false);
    await Deno.remove(join(run.dir, "containers"));
  } finally {
    Deno.env.delete(RUN_VARIABLE);
    await run.close();
  }
});

Deno.test("hasDockerEngine() says no within its deadline when the client hangs", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const program = join(dir, "docker");
    await Deno.writeTextFile(program, "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    const startedAt = performance.now();
    assertEquals(await hasDockerEngine(200, program), false);
    assertEquals(performance.now() - startedAt < 5_000, true);
    assertEquals(await hasDockerEngine(200, join(dir, "absent")), false);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { aptInstall } from "./apt_install.ts";

/** A stand-in for apt-get that notes its arguments and whether starts are forbidden meanwhile. */
async function withFakeApt(
  exitCode: number,
  test: (system: { aptGet: string; policyFile: string }, notes: () => string[]) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const aptGet = join(dir, "apt-get");
    const policyFile = join(dir, "policy-rc.d");
    const script = `#!/bin/sh
"${policyFile}"; echo "$? $DEBIAN_FRONTEND $*" >> "${dir}/notes"
echo "E: something went wrong" >&2
exit ${exitCode}
`;
    await Deno.writeTextFile(aptGet, script, { mode: 0o755 });
    const notes = () => Deno.readTextFileSync(join(dir, "notes")).trim().split("\n");
    await test({ aptGet, policyFile }, notes);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("aptInstall() updates, waits for the lock, starts nothing and tidies up", async () => {
  await withFakeApt(0, async (system, notes) => {
    const lines: string[] = [];
    await aptInstall(["redis-server", "chromium"], (line) => lines.push(line), system);
    const options = "-q -o DPkg::Lock::Timeout=180";
    assertEquals(notes(), [
      `101 noninteractive ${options} update`,
      `101 noninteractive ${options} install --yes --no-install-recommends redis-server chromium`,
    ]);
    assertEquals(lines[0], "Installing with apt-get: redis-server chromium");
    await assertRejects(() => Deno.stat(system.policyFile), Deno.errors.NotFound);
  });
});

Deno.test("aptInstall() leaves a policy file of the machine's own alone", async () => {
  await withFakeApt(0, async (system, notes) => {
    await Deno.writeTextFile(system.policyFile, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    await aptInstall(["chromium"], () => {}, system);
    assertEquals(notes()[0]?.split(" ")[0], "7");
    assertEquals((await Deno.stat(system.policyFile)).isFile, true);
  });
});

Deno.test("aptInstall() removes the policy file of an installation that was killed", async () => {
  await withFakeApt(0, async (system, notes) => {
    const mark = "# made by dropgate while it installs packages, by process 4194303-17";
    await Deno.writeTextFile(system.policyFile, `#!/bin/sh\n${mark}\nexit 55\n`, { mode: 0o755 });
    await aptInstall(["chromium"], () => {}, system);
    assertEquals(notes()[0]?.split(" ")[0], "101");
    await assertRejects(() => Deno.stat(system.policyFile), Deno.errors.NotFound);
  });
});

Deno.test("aptInstall() tells what apt said when it fails, and tidies up", async () => {
  await withFakeApt(100, async (system) => {
    await assertRejects(
      () => aptInstall(["chromium"], () => {}, system),
      Error,
      "E: something went wrong",
    );
    await assertRejects(() => Deno.stat(system.policyFile), Deno.errors.NotFound);
  });
});

import { dirname, join } from "node:path";
import { LocalService } from "../services/local_service.ts";
import type { ServiceHandle } from "../services/service_handle.ts";

/** It starts a virtual machine of its own, beside a busy system. */
const TIMEOUT_MS = 30_000;

/**
 * Runs `rabbitmqctl` on a broker that this run started from an installed program.
 * @throws with its output when it fails, and for a broker that cannot be reached that way.
 */
export async function rabbitctl(broker: ServiceHandle, args: string[]): Promise<string> {
  if (!(broker instanceof LocalService)) {
    throw new Error(
      "Cannot run rabbitmqctl as the broker must run from an installed program: current value is " +
        "another kind of server",
    );
  }
  const { program, env } = broker.plan.command;
  const { success, code, stdout, stderr } = await new Deno.Command(
    join(dirname(program), "rabbitmqctl"),
    {
      args: ["--quiet", ...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    },
  ).output();
  const printed = new TextDecoder().decode(stdout);
  if (success) return printed;
  const said = `${printed}${new TextDecoder().decode(stderr)}`.trim();
  throw new Error(`rabbitmqctl ${args[0]} ended with status ${code}: ${said}`);
}

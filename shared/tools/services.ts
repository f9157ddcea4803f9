import { runTool, untilAborted } from "./launch/tool_run.ts";
import { SERVICE_NAMES, URL_VARIABLES } from "./services/service_handle.ts";
import { startServices } from "./services/start_services.ts";

/**
 * Private Redis, RabbitMQ and MariaDB for as long as this runs, their URLs on standard output in
 * the form that a shell reads. For work on one test file at a time:
 *
 *     deno run -A shared/tools/services.ts
 */
const status = await runTool(0, async ({ run, signal, log, defer }) => {
  const services = await startServices({ log, run, signal });
  defer(() => services.stop());
  for (const name of SERVICE_NAMES) {
    console.log(`export ${URL_VARIABLES[name]}='${services.urls[name]}'`);
  }
  log("Ctrl-C ends them and removes their data.");
  await untilAborted(signal);
  return 0;
});
Deno.exit(status);

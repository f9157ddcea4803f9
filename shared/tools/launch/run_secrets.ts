import { type Environment, readOptional, readSecret } from "../../env.ts";
import { randomPassword } from "../services/random_password.ts";

/** The secrets without which the parts refuse to start. */
export const SECRET_VARIABLES = [
  "EDGE_KEY",
  "SESSION_KEY",
  "RECEIPT_KEY",
  "ADMIN_TOKEN",
  "PAYMENT_WEBHOOK_KEY",
] as const;

/** A name of a secret. */
export type SecretVariable = (typeof SECRET_VARIABLES)[number];

/** Every secret: the one given, else a random one that lasts for this run. */
export function secretsForRun(env: Environment): Record<SecretVariable, string> {
  const secrets = SECRET_VARIABLES.map((name) => [
    name,
    readOptional(env, name) ?? randomPassword(),
  ]);
  return Object.fromEntries(secrets);
}

/** Refuses, before anything is started, secrets that are missing or look like a default. */
export function requireSecrets(env: Environment): Partial<Record<SecretVariable, string>> {
  const needed = SECRET_VARIABLES.filter((name) => name !== "PAYMENT_WEBHOOK_KEY");
  return Object.fromEntries(needed.map((name) => [name, readSecret(env, name, false)]));
}

/** What the tool was asked to do. */
export type ProofCommand =
  | { kind: "help" }
  | { kind: "keys"; url: string; json: boolean }
  | {
    kind: "verify";
    file: string;
    key: string | null;
    keys: string | null;
    previous: string | null;
    json: boolean;
  };

/** Wrong use, or something that cannot be read: told in one line, status 2. */
export class ProofUseError extends Error {
  override name = "ProofUseError";
}

const WITH_VALUE = ["--key", "--keys", "--previous"] as const;

type Valued = (typeof WITH_VALUE)[number];

/** Reads the command line. @throws {ProofUseError} */
export function readProofArguments(args: string[]): ProofCommand {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) return { kind: "help" };
  const values = new Map<Valued, string>();
  const words: string[] = [];
  let json = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!;
    const [name, given] = splitOption(arg);
    if (isValued(name)) {
      const value = given ?? args[at += 1];
      if (value === undefined || value === "") throw new ProofUseError(`${name} needs a value`);
      values.set(name, value);
    } else if (arg === "--json") json = true;
    else if (arg.startsWith("-")) {
      throw new ProofUseError(`Cannot use ${arg}: there is no such option`);
    } else words.push(arg);
  }
  const [command, target, ...more] = words;
  if (command === "help") return { kind: "help" };
  if (command !== "verify" && command !== "keys") {
    throw new ProofUseError(`Cannot do ${command}: there are verify and keys`);
  }
  if (target === undefined || more.length > 0) {
    const what = command === "verify" ? "one file" : "one address";
    throw new ProofUseError(`${command} needs ${what}: ${words.length - 1} were given`);
  }
  if (command === "keys") {
    if (values.size > 0) throw new ProofUseError("keys takes no option but --json");
    return { kind: "keys", url: target, json };
  }
  const option = (name: Valued) => values.get(name) ?? null;
  const [key, keys] = [option("--key"), option("--keys")];
  if (key !== null && keys !== null) throw new ProofUseError("Give one of --key and --keys");
  return { kind: "verify", file: target, key, keys, previous: option("--previous"), json };
}

function splitOption(arg: string): [name: string, value: string | undefined] {
  const at = arg.startsWith("--") ? arg.indexOf("=") : -1;
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function isValued(name: string): name is Valued {
  return (WITH_VALUE as readonly string[]).includes(name);
}

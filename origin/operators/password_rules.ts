/** Fewest and most letters of a password. */
export const PASSWORD_LENGTHS = { least: 12, most: 200 };

/** Names of operators. */
export const OPERATOR_NAME = /^[A-Za-z0-9_.@-]{1,64}$/;

/** The name under which the audit log writes the token, which nobody may take. */
const TOKEN_NAME = "admin_token";

/**
 * What everybody tries first and what is long enough to pass; compared without case, spaces, marks
 * and digits at the end.
 */
const OBVIOUS = new Set([
  "password",
  "passwordpassword",
  "passwort",
  "passwortpasswort",
  "administrator",
  "adminadmin",
  "adminadminadmin",
  "adminpassword",
  "dropgate",
  "dropgatedropgate",
  "dropgateadmin",
  "dropgatepassword",
  "qwertyuiop",
  "qwertyqwerty",
  "qwertyuiopasdf",
  "asdfghjkl",
  "asdfasdfasdf",
  "zxcvbnm",
  "abcdefghijkl",
  "abcabcabcabc",
  "iloveyou",
  "iloveyouiloveyou",
  "letmein",
  "letmeinletmein",
  "welcome",
  "welcomewelcome",
  "changeme",
  "changemechangeme",
  "changethis",
  "secret",
  "secretsecret",
  "correcthorsebatterystaple",
  "testtesttest",
  "operator",
]);

/** Digits as they stand on a keyboard, up and down. */
const ROWS = ["012345678901234567890123456789", "987654321098765432109876543210"];

/** Letters that a password must at least use: "111111111111" is one letter. */
const LEAST_LETTERS = 5;

/** Why somebody cannot have this name, or null. */
export function refuseName(name: string): string | null {
  if (!OPERATOR_NAME.test(name)) return "must be 1 to 64 of A-Z a-z 0-9 _ . @ -";
  if (name.toLowerCase() === TOKEN_NAME) {
    return "must not be ADMIN_TOKEN, which stands for machines";
  }
  return null;
}

/** Why somebody of this name cannot have this password, or null. Never repeats any of it. */
export function refusePassword(name: string, password: string): string | null {
  const { least, most } = PASSWORD_LENGTHS;
  if (!password.isWellFormed()) return "must be text";
  const { length } = [...password];
  if (length < least) return `must have at least ${least} characters: this has ${length}`;
  if (length > most) return `must have at most ${most} characters: this has ${length}`;
  const lower = password.toLowerCase();
  if (lower === name.toLowerCase()) return "must not be the name";
  if (new Set(lower).size < LEAST_LETTERS) {
    return `must use at least ${LEAST_LETTERS} different characters`;
  }
  const bare = lower.replaceAll(/[^\p{L}\p{N}]/gu, "");
  const isRow = bare !== "" && ROWS.some((row) => row.includes(bare));
  if (isRow || OBVIOUS.has(bare.replace(/\d+$/, ""))) {
    return "must not be one that everybody tries first";
  }
  return null;
}

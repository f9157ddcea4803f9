/** 32 random characters `[0-9a-f]` (128 bits), safe in URLs, SQL texts and configuration files. */
export function randomPassword(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

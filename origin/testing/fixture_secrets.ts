/** The secrets of every fixture. */
export const FIXTURE_SECRETS = {
  edgeKey: "edge-key-0123456789",
  receiptKey: "receipt-key-0123456789",
  adminToken: "admin-token-0123456789",
};

/** How a change is written down in the audit log. */
export interface AuditedRoute {
  /** Method and path below `/admin/api`. */
  route: string;
  /** What was done, as `sale.pause`: the filter of the log. */
  action: string;
  /**
   * What it was done to. A name in braces is a parameter of the path, or a field of the answer for
   * what was only made by it; until then it reads `new`. `{self}` is the id of the operator who asks.
   */
  target: string;
  /**
   * The GET route that tells the state before and after. Without one there is nothing before, and
   * after is what the change answered.
   */
  read?: string;
}

/**
 * Every changing route of the admin API; a test fails for one without a line here. Values of fields
 * whose names speak of passwords, tokens, secrets or hashes are never written down.
 */
export const AUDITED_ROUTES: readonly AuditedRoute[] = [
  { route: "POST /products", action: "product.create", target: "product/{productId}" },
  {
    route: "PATCH /products/{id}",
    action: "product.change",
    target: "product/{id}",
    read: "/products/{id}",
  },
  {
    route: "DELETE /products/{id}",
    action: "product.delete",
    target: "product/{id}",
    read: "/products/{id}",
  },
  { route: "POST /sales", action: "sale.create", target: "sale/{saleId}" },
  ...(["publish", "pause", "resume", "close"] as const).map((verb) => ({
    route: `POST /sales/{id}/${verb}`,
    action: `sale.${verb}`,
    target: "sale/{id}",
    read: "/sales/{id}",
  })),
  {
    route: "POST /sales/{id}/rehearsals",
    action: "sale.rehearse",
    target: "sale/{id}",
  },
  { route: "PATCH /sales/{id}", action: "sale.change", target: "sale/{id}", read: "/sales/{id}" },
  { route: "POST /sales/{id}/proofs", action: "proof.make", target: "sale/{id}" },
  // Looking at a clean-up counts the sale: what it answers says what was there.
  { route: "POST /sales/{id}/clean-up", action: "sale.clean_up", target: "sale/{id}" },
  {
    route: "POST /sales/{id}/items/{productId}/stock",
    action: "sale.stock",
    target: "sale/{id}/product/{productId}",
    read: "/sales/{id}",
  },
  {
    route: "POST /orders/{ticket}/cancel",
    action: "order.cancel",
    target: "order/{ticket}",
    read: "/orders/{ticket}",
  },
  {
    route: "POST /payments/{id}/retry",
    action: "refund.retry",
    target: "payment/{id}",
    read: "/payments/{id}",
  },
  {
    route: "POST /payments/{id}/refunded",
    action: "refund.by_hand",
    target: "payment/{id}",
    read: "/payments/{id}",
  },
  {
    route: "POST /messages/{id}/replay",
    action: "message.replay",
    target: "message/{id}",
    read: "/messages/{id}",
  },
  {
    route: "POST /messages/{id}/refuse",
    action: "message.refuse",
    target: "message/{id}",
    read: "/messages/{id}",
  },
  { route: "POST /media", action: "media.upload", target: "media/{path}" },
  { route: "POST /blocklist", action: "block.add", target: "block/{id}" },
  {
    route: "DELETE /blocklist/{id}",
    action: "block.lift",
    target: "block/{id}",
    read: "/blocklist/{id}",
  },
  { route: "POST /operators", action: "operator.add", target: "operator/{id}" },
  {
    route: "PATCH /operators/{id}",
    action: "operator.change",
    target: "operator/{id}",
    read: "/operators/{id}",
  },
  {
    route: "POST /operators/{id}/unlock",
    action: "operator.unlock",
    target: "operator/{id}",
    read: "/operators/{id}",
  },
  { route: "POST /account/password", action: "account.password", target: "operator/{self}" },
  {
    route: "POST /account/sessions/end-others",
    action: "account.end_sessions",
    target: "operator/{self}",
  },
  {
    route: "POST /webhook/failures/{id}/resend",
    action: "webhook.resend",
    target: "webhook/failure/{id}",
    read: "/webhook/failures/{id}",
  },
  { route: "POST /webhook/test", action: "webhook.test", target: "webhook" },
  { route: "PUT /users/{id}", action: "user.change", target: "user/{id}", read: "/users/{id}" },
];

/** The groups of routes in the order of the document. Every route names one of them as its tag. */
export const API_GROUPS: { name: string; description: string }[] = [
  { name: "Products", description: "What is sold" },
  { name: "Pictures", description: "Pictures of products, served from Dropgate's own host" },
  { name: "Sales", description: "Sales and their time slots, from a draft to the end" },
  { name: "Rehearsals", description: "A made-up crowd against a copy of a sale" },
  { name: "Live", description: "What happens in a sale at this moment" },
  { name: "Proof", description: "That the books of a sale balance, signed" },
  { name: "Orders", description: "What was sold to whom, and recorded refusals" },
  { name: "Payments", description: "Captured money, and what is to be given back" },
  { name: "Messages", description: "What waits between the ledger and the order book" },
  { name: "Users", description: "What operators know of the shop's buyers" },
  { name: "Block list", description: "Who may not buy" },
  { name: "Shop webhook", description: "What the shop's own system is told" },
  { name: "Operators", description: "Who works in the back office" },
  { name: "Account", description: "Who asks, and his own password and sessions" },
  { name: "Audit log", description: "Who changed what, and when" },
];

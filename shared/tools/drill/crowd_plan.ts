/** What a crowd is told when it starts; read from a file by the process that buys. */
export interface CrowdPlan {
  edgeUrl: string;
  saleId: number;
  productId: number;
  /** Minor units of one piece. */
  price: number;
  currency: string;
  /** Signs notifications of payments, as a payment provider would. */
  webhookKey: string;
  seed: number;
  buyers: number;
  buyersPerSecond: number;
  /** Shares of winners, 0 to 1. */
  paying: number;
  cancelling: number;
  /** Shares of winners who try the same key and another key once more. */
  repeating: number;
  tryingAgain: number;
  /** Where the record goes. */
  recordFile: string;
  /** How long a buyer goes on trying without a decision. */
  patienceMs: number;
  /** How long the buyers under way have once the crowd is told to end. */
  finishMs: number;
}

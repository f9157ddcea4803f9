/** What is known of one try that may have a person behind it, or a script. Counts fade with time. */
export interface RiskFacts {
  /** Tries of this buyer before the start, lately. */
  earlyByUser: number;
  /** Sliders that this buyer answered wrong, lately. */
  failuresByUser: number;
  /** Unpaid orders of this buyer that expired in this sale. */
  expiredHolds: number;
  /** Tries from this address before the start, lately. */
  earlyFromAddress: number;
  /** About how many buyers have tried from this address, lately. */
  usersOnAddress: number;
  /** Whether a page or the facts of a sale were read from this address, lately. */
  pageSeen: boolean;
}

/** One reason to be suspicious: so many points. */
export interface Signal {
  name: string;
  /** True for what the buyer did himself, false for what was seen of his address. */
  own: boolean;
  most: number;
  points(facts: RiskFacts): number;
}

/** From this many points on a buyer is asked for the slider where the sale asks the suspicious. */
export const SUSPICIOUS_POINTS = 100;

/**
 * The whole score. What a buyer did himself can make him suspicious alone; what is seen of his
 * address cannot, because a school or a phone network is an address too: its signals together reach
 * 60 of the 100 points.
 */
export const SIGNALS: readonly Signal[] = [
  {
    // A person who is early once or twice waits for the clock; a script knocks.
    name: "hammers before the start",
    own: true,
    most: 120,
    points: ({ earlyByUser }) => 12 * Math.max(0, earlyByUser - 5),
  },
  {
    // Everybody slips; four times within minutes is no slip.
    name: "fails the slider",
    own: true,
    most: 120,
    points: ({ failuresByUser }) => 30 * failuresByUser,
  },
  {
    // Holding pieces without paying for them keeps them from the others.
    name: "lets holds expire",
    own: true,
    most: 120,
    points: ({ expiredHolds }) => 50 * expiredHolds,
  },
  {
    name: "comes from where many knock early",
    own: false,
    most: 20,
    points: ({ earlyFromAddress }) => Math.max(0, earlyFromAddress - 30),
  },
  {
    name: "shares an address with many buyers",
    own: false,
    most: 20,
    points: ({ usersOnAddress }) => Math.max(0, usersOnAddress - 20) / 4,
  },
  {
    // An app that calls the API loads no page; a script that only buys does not either.
    name: "buys without having looked",
    own: false,
    most: 20,
    points: ({ pageSeen }) => pageSeen ? 0 : 20,
  },
];

/** The points of a try. */
export function riskScore(facts: RiskFacts): number {
  let score = 0;
  for (const { most, points } of SIGNALS) score += Math.min(most, points(facts));
  return score;
}

/** Why a try has its points, the heaviest reason first; reasons without points are left out. */
export function explainRisk(facts: RiskFacts): { name: string; points: number }[] {
  return SIGNALS
    .map(({ name, most, points }) => ({ name, points: Math.min(most, points(facts)) }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points);
}

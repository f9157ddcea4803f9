import type { Role } from "../../operators/principal.ts";
import type { OfficeVisit } from "./office_house.ts";
import type { Stage, StageName } from "./office_stages.ts";
import { FOLLOW_UP_VIEWS } from "./follow_up_views.ts";
import { INSTALLATION_VIEWS } from "./installation_views.ts";
import { LIVE_VIEWS } from "./live_views.ts";
import { READY_VIEWS } from "./ready_views.ts";
import { PROOF_VIEWS } from "./proof_views.ts";
import { SHOP_VIEWS } from "./shop_views.ts";

/** A page in a state, to be looked at. */
export interface OfficeView {
  /** Of the picture: the page and its state, as `sales-empty`. */
  name: string;
  stage: StageName;
  /** Below `/admin`, with the ids of the stage. */
  path: string | ((stage: Stage) => string);
  /** Who looks; an admin when left out. */
  role?: Role | "nobody";
  /** Brings the state about, once for all looks; what it returns puts everything back. */
  prepare?: (stage: Stage) => Promise<() => void> | (() => void);
  /** What is done on the page before it is looked at. */
  act?: (visit: OfficeVisit) => Promise<void>;
  /** What must be there, as a selector. */
  shows: string;
}

/** Every page of the back office in its states. Whoever makes a page adds a list of its views. */
export const OFFICE_VIEWS: OfficeView[] = [
  ...SHOP_VIEWS,
  ...FOLLOW_UP_VIEWS,
  ...READY_VIEWS,
  ...PROOF_VIEWS,
  ...LIVE_VIEWS,
  ...INSTALLATION_VIEWS,
];

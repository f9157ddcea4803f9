export type { Direction, FaultyLink, LinkMark } from "../../testing/faulty_link.ts";

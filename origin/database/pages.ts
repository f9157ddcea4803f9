/** Most records of one page. */
const MAX_PER_PAGE = 200;

/** Highest page: beyond it, skipping rows would only burn the database. */
const MAX_PAGE = 1_000_000;

/**
 * The rows to skip before a page. @throws {RangeError} when `page` or `per` is outside of its
 * bounds, which the callers of the API hear about before they come here.
 */
export function checkPage(page: number, per: number): number {
  const check = (name: string, value: number, most: number) => {
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
    throw new RangeError(`Cannot list as ${name} must be 1 to ${most}: current value is ${value}`);
  };
  check("page", page, MAX_PAGE);
  check("per", per, MAX_PER_PAGE);
  return (page - 1) * per;
}

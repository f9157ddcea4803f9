import type { Child } from "hono/jsx";

/** A column: its heading and what stands in each row. */
export interface Column<Row> {
  heading: string;
  cell(row: Row): Child;
  /** Figures stand at the right. */
  numeric?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  /** What stands there while there are no rows: what this is, and what to do first. */
  empty: Child;
  /** On a phone too a table that is read across, and scrolls. */
  across?: boolean;
}

/** A table that becomes a list of cards on a phone; each cell then names its column. */
export function Table<Row>({ caption, columns, rows, empty, across }: TableProps<Row>) {
  if (rows.length === 0) return <div class="empty">{empty}</div>;
  return (
    <div
      class={across ? "scroll across" : "scroll"}
      {...(across ? { tabindex: 0, role: "region", "aria-label": caption } : {})}
    >
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ heading, numeric }) => (
              <th scope="col" class={numeric ? "numeric" : undefined}>{heading}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map(({ heading, cell, numeric }) => (
                <td data-heading={heading} class={numeric ? "numeric" : undefined}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PagerProps {
  /** The address of the list with its filters, without `page`. */
  url: URL;
  page: number;
  per: number;
  total: number;
}

/** Where in a list one is, with the way to the first, previous, next and last page. */
export function Pager({ url, page, per, total }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / per));
  const to = (n: number) => {
    const target = new URL(url);
    target.searchParams.set("page", String(n));
    return target.pathname + target.search;
  };
  const link = (n: number, label: string) =>
    n >= 1 && n <= last && n !== page
      ? <a class="button small" href={to(n)}>{label}</a>
      : <span class="button small off" aria-hidden="true">{label}</span>;
  const first = total === 0 ? 0 : (page - 1) * per + 1;
  return (
    <nav class="pager" aria-label="Pages">
      {last > 1 && [
        link(1, "First"),
        link(page - 1, "Previous"),
        link(page + 1, "Next"),
        link(last, "Last"),
      ]}
      <span class="place">
        {first.toLocaleString("en")}–{Math.min(page * per, total).toLocaleString("en")} of{" "}
        {total.toLocaleString("en")}
        {last > 1 && ` · page ${page.toLocaleString("en")} of ${last.toLocaleString("en")}`}
      </span>
    </nav>
  );
}

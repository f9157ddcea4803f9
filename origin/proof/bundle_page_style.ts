/** The look of a bundle's page: part of it, because it may load nothing. Made for paper as well. */
export const BUNDLE_PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1a1f27; --quiet: #57606d; --line: #d5dae1;
  --ground: #ffffff; --soft: #f4f6f8; --good: #12683a; --bad: #b0261a; --open: #7d4b00; }
@media (prefers-color-scheme: dark) { :root { --text: #e7eaef; --quiet: #a3acb9; --line: #39404b;
  --ground: #14171c; --soft: #1e232a; --good: #79d7a2; --bad: #ff9b8f; --open: #f0bd6d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 56rem; background: var(--ground);
  color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  sans-serif; overflow-wrap: break-word; }
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.1rem; }
p { margin: 0 0 .7rem; } .quiet { color: var(--quiet); }
.verdict { margin: 1.4rem 0; padding: .9rem 1.1rem; border: 2px solid; border-radius: 8px; }
.verdict strong { display: block; font-size: 1.15rem; } .verdict span { color: var(--text); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
dl.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .6rem;
  margin: 0; } dl.tiles div { padding: .6rem .8rem; border: 1px solid var(--line);
  border-radius: 8px; background: var(--soft); }
dl.tiles dt { color: var(--quiet); font-size: .85rem; }
dl.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
dl.facts { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: .3rem 1rem; margin: 0; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; }
ul.rules { margin: 0; padding: 0; list-style: none; }
ul.rules li { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: .2rem 1rem;
  padding: .65rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
ul.rules .state { font-weight: 650; } ul.rules p { margin: 0; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .55rem; border-top: 1px solid var(--line); text-align: right;
  vertical-align: top; } th { color: var(--quiet); font-size: .85rem; font-weight: 600; }
th:first-child, td:first-child { padding-left: 0; text-align: left; min-width: 9rem; }
th:last-child, td:last-child { padding-right: 0; }
tfoot td { border-top: 2px solid var(--text); font-weight: 650; }
code { font: .88em/1.5 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace;
  overflow-wrap: anywhere; } pre { margin: 0 0 .7rem; padding: .7rem .9rem; border-radius: 8px;
  background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
ol { margin: 0; padding-left: 1.3rem; } ol li { margin-bottom: .5rem; }
@media (max-width: 40rem) { dl.facts, ul.rules li { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: .5rem; } body { padding: 1.25rem 1rem 2rem; }
  thead { display: none; } table, tbody, tfoot, tr, td { display: block; width: auto; }
  td, td:first-child { display: flex; justify-content: space-between; gap: 1rem; padding: .2rem 0;
    border: 0; text-align: right; }
  td::before { content: attr(data-name); color: var(--quiet); font-weight: 400; }
  tr { padding: .6rem 0; border-top: 1px solid var(--line); } tfoot td { border: 0; }
  tfoot tr { border-top: 2px solid var(--text); } }
@media print { :root { color-scheme: light; --text: #000; --quiet: #444; --line: #bbb;
  --ground: #fff; --soft: #fff; --good: #0b5730; --bad: #96180d; --open: #6b4000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } h2 { break-after: avoid; }
  tr, dl.tiles div, pre { break-inside: avoid; } @page { margin: 18mm 16mm; } }
`;

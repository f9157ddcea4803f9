/** The look of the report: one column, light or dark as the reader's system is. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --text: #1b1f24; --quiet: #5a6472;
  --rule: #dde2e8; --good: #14693a; --bad: #a8211b; --one: #1f5fbf; --two: #b8500c;
  --three: #14693a; --four: #7b3fa0; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --text: #e7eaee;
  --quiet: #9aa5b3; --rule: #333a43; --good: #5fcf8f; --bad: #ff8a80; --one: #7db2ff;
  --two: #ffb074; --three: #5fcf8f; --four: #d0a2ef; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--ground);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
p { margin: .4rem 0; } .quiet { color: var(--quiet); }
.verdict { border-left: .3rem solid var(--good); padding: .4rem 1rem; margin: 1.25rem 0; }
.verdict.bad { border-color: var(--bad); } .verdict strong { color: var(--good); }
.verdict.bad strong { color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem; }
.figures div { border-top: 1px solid var(--rule); padding-top: .5rem; }
.figures b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; } th { font-weight: 500; color: var(--quiet); }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
svg { width: 100%; height: auto; } .grid { stroke: var(--rule); }
.tick { fill: var(--quiet); font-size: 12px; } .value { fill: var(--text); font-size: 13px; }
.bar { fill: var(--one); } .line { fill: none; stroke-width: 2; }
.line.series-1 { stroke: var(--one); } .line.series-2 { stroke: var(--two); }
.line.series-3 { stroke: var(--three); } .line.series-4 { stroke: var(--four); }
.key { font-weight: 400; margin-left: 1rem; } .key::before { content: "━ "; }
.key.series-1::before { color: var(--one); } .key.series-2::before { color: var(--two); }
.key.series-3::before { color: var(--three); } .key.series-4::before { color: var(--four); }
`;

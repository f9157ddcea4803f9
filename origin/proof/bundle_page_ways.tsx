/** How anybody checks a bundle, on its page. */
export function BundleWays({ name, full }: { name: string; full: boolean }) {
  return (
    <>
      <h2>How to check it</h2>
      <ol>
        <li>
          Check this page, and the JSON file that has every ticket, with Dropgate's own tool. It
          needs no server and no account:
          <pre><code>{`deno task proof verify ${name}.html\ndeno task proof verify ${name}.json`}</code></pre>
          Any changed, missing or added byte is noticed. Both must name the same head.
        </li>
        <li>
          Compare the key's fingerprint with the one that the shop publishes under{" "}
          <code>/admin/api/proof-keys</code>, or hand the tool the published key with{" "}
          <code>--key</code>: a proof that somebody else signed is refused then.
        </li>
        <li>
          Every proof names the head of the one before it. Whoever keeps an older one sees with{" "}
          <code>--previous</code> whether a later one follows it, or was made up anew.
        </li>
        <li>
          {full
            ? "Buyers are named in this bundle, and each reference follows from the name and the " +
              "bundle's own key."
            : "A buyer finds his line by the number at the end of his ticket, together with the " +
              "item's number. Buyers are not named: all tickets of one buyer carry the same " +
              "reference, whose key was thrown away."}
        </li>
      </ol>
    </>
  );
}

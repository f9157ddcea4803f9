/** How anybody checks a proof that was handed out. */
export function ProofWays({ fingerprint }: { fingerprint: string | null }) {
  return (
    <section class="card stack" aria-labelledby="ways-title">
      <h2 id="ways-title">How to check a proof</h2>
      <p>
        Whoever has one of the files checks it with Dropgate's own tool, without this server and
        without an account. One changed byte is noticed, wherever it is.
      </p>
      <pre class="command"><code>deno task proof verify FILE</code></pre>
      <p>
        The tool names the fingerprint of the key that signed it. It must be one of those published
        at{" "}
        <a href="/admin/api/proof-keys">/admin/api/proof-keys</a>, which asks for no sign-in. Each
        proof also names the head of the one before it, so keep them: with <code>--previous</code>
        {" "}
        the tool sees whether a later one follows an earlier one or was made up anew.
      </p>
      {fingerprint !== null && (
        <p>
          Fingerprint of the key: <code>{fingerprint}</code>
        </p>
      )}
    </section>
  );
}

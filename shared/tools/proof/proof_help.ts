/** What `deno task proof` and `--help` print. */
export const PROOF_HELP = `Checks proofs of sales. Needs no server and no account.

  deno task proof verify FILE [options]   checks a proof: its JSON bundle or its page (.html)
  deno task proof keys URL                prints the keys that an installation publishes

Options of verify
  --key KEY            only this key may have signed: the public key or its fingerprint
  --keys FILE_OR_URL   only these keys: what \`keys\` reads, as a file or from an installation
  --previous FILE      the proof of the same sale before this one: FILE must be the one that
                       this proof names, so a chain of proofs that was made up anew is noticed
  --json               prints one JSON object
  --help               prints this

Without a key a check says whether a file is whole and consistent, and whose fingerprint it carries:
compare that with the published one.

Ends with
  0  not one byte was changed, and the books balance; of a page only the former is checked: its
     JSON has the tickets
  1  it was changed, signed by another key, does not follow from its own lines, or does not
     follow the previous proof
  2  wrong use, or a file or address cannot be read
  3  not one byte was changed, and the proof itself says that the books do not balance
  4  not one byte was changed and nothing is broken, but the proof was made while the sale was
     moving: its sums are not judged, so it does not prove that the books balance. A last proof,
     which a clean-up makes, is never of this kind

Examples
  deno task proof verify proof-7-3.json
  deno task proof verify proof-7-3.json --keys http://127.0.0.1:9000
  deno task proof verify proof-7-4.json --previous proof-7-3.json --json
  deno task proof keys http://127.0.0.1:9000`;

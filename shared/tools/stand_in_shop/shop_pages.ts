/** What the pages of the stand-in shop show. */
export interface ShopPageFacts {
  /** Where Dropgate is. */
  saleUrl: string;
  saleId: number;
  productId: number;
  customer: { userId: string; membership: string; token: string } | null;
}

/** The front page: the shop's own sign-in, and the two ways to go to the sale signed in. */
export function frontPage({ saleUrl, saleId, customer }: ShopPageFacts): string {
  if (customer === null) return frame(signInForm());
  const { userId, membership, token } = customer;
  return frame(`
    <p>Signed in at the shop as <b id="customer">${userId}</b> (membership ${membership}).</p>
    <form method="post" action="${saleUrl}/session">
      <input type="hidden" name="token" value="${token}">
      <input type="hidden" name="returnTo" value="/sales/${saleId}">
      <button>To the sale, by a form</button>
    </form>
    <p><a id="link" href="${saleUrl}/sales/${saleId}#token=${token}">To the sale, by a link</a></p>
    <p><a rel="noreferrer" href="${saleUrl}/sales/${saleId}#token=${token}">
      To the sale, by a link that does not say where it stands
    </a></p>
    <p><a href="/item">Buy on a page of the shop</a></p>
    ${signInForm()}`);
}

/** A page of the shop that buys by calling Dropgate's API from the browser. */
export function itemPage({ saleUrl, saleId, productId, customer }: ShopPageFacts): string {
  const facts = JSON.stringify({ saleUrl, saleId, productId });
  return frame(`
    <h2>A kettle, ${customer === null ? "for customers only" : `for ${customer.userId}`}</h2>
    <button id="buy">Buy with a bearer token</button>
    <button id="buy-cookie">Buy with the cookie</button>
    <button id="sign-out">Sign out of the sale</button>
    <p role="status" id="outcome"></p>
    <script type="module">
      const { saleUrl, saleId, productId } = ${facts};
      const outcome = document.querySelector("#outcome");

      /** The shop's token, exchanged for a session; the cookie is kept where browsers allow it. */
      async function session() {
        const { token } = await (await fetch("/token")).json();
        const response = await fetch(saleUrl + "/api/session", {
          method: "POST",
          headers: { authorization: "Bearer " + token },
          credentials: "include",
        });
        return (await response.json()).token;
      }

      async function buy(headers) {
        const response = await fetch(saleUrl + "/api/sales/" + saleId + "/buy", {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          credentials: "include",
          body: JSON.stringify({ productId }),
        });
        const answer = await response.json();
        return response.status + " " + (answer.ticket ?? answer.code);
      }

      const actions = {
        "#buy": async () => buy({ authorization: "Bearer " + await session() }),
        "#buy-cookie": async () => {
          await session();
          return buy({});
        },
        "#sign-out": async () => {
          const init = { method: "DELETE", credentials: "include" };
          return String((await fetch(saleUrl + "/api/session", init)).status);
        },
      };
      for (const [name, act] of Object.entries(actions)) {
        document.querySelector(name).addEventListener("click", async () => {
          outcome.textContent = "";
          outcome.textContent = await act().catch(String);
        });
      }
    </script>`);
}

function signInForm(): string {
  return `
    <form method="post" action="/sign-in">
      <label>Name <input name="name" required pattern="[A-Za-z0-9_.\\-]{1,64}"></label>
      <label>Membership
        <select name="membership"><option>none</option><option>gold</option></select>
      </label>
      <button>Sign in at the shop</button>
    </form>`;
}

function frame(body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Stand-in shop</title>
    <link rel="icon" href="data:,">
  </head>
  <body><main><h1>Stand-in shop</h1>${body}</main></body>
</html>`;
}

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { frontPage, itemPage } from "./shop_pages.ts";

/** How long a token of this shop can be exchanged: long enough for one step to the sale, s. */
const TOKEN_TTL_S = 60;

/** Longest form that is read. */
const MAX_FORM_LENGTH = 2_000;

/** How to run the shop. */
export interface StandInShopOptions {
  /** 0 takes a free port. */
  port?: number;
  /** The name that browsers use: another one than Dropgate's makes the two cross-site. */
  host?: "127.0.0.1" | "localhost";
}

/** A customer of the shop and what it knows of him. */
interface Customer {
  userId: string;
  membership: string;
}

/**
 * A small shop of its own, beside which Dropgate sells: customers sign in here, tokens are signed
 * with RS256 and checked by Dropgate with the key set at `/jwks.json`. Its pages bring a customer to
 * Dropgate in the three ways there are. For tests, and as an example to read.
 */
export class StandInShop {
  /** Where Dropgate is; known once it runs, so set later. */
  saleUrl = "http://127.0.0.1:8000";
  saleId = 1;
  productId = 1;
  /** How often the key set was asked for. */
  keySetRequests = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #host: string;
  #kid = "";
  #privateKey: CryptoKey | null = null;
  #keys: JWK[] = [];

  private constructor({ port = 0, host = "localhost" }: StandInShopOptions) {
    this.#host = host;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Makes a first key and listens on 127.0.0.1. */
  static async open(options: StandInShopOptions = {}): Promise<StandInShop> {
    const shop = new StandInShop(options);
    await shop.rotateKeys();
    return shop;
  }

  /** Scheme, host and port of its pages: what belongs into `SHOP_ORIGINS`. */
  get origin(): string {
    return `http://${this.#host}:${this.#server.addr.port}`;
  }

  /** What an edge has to be started with to take this shop's customers. */
  get edgeEnv(): Record<string, string> {
    return {
      // Asked for by the edge, which may run where `localhost` is no name.
      JWT_JWKS_URL: `http://127.0.0.1:${this.#server.addr.port}/jwks.json`,
      JWT_ISSUER: this.origin,
      JWT_AUDIENCE: "dropgate",
      JWT_ALGORITHMS: "RS256",
      JWT_PROFILE_CLAIMS: "membership",
      SHOP_ORIGINS: this.origin,
    };
  }

  /** Signs with a new key from now on; the key before stays in the set for tokens on their way. */
  async rotateKeys(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    this.#kid = crypto.randomUUID();
    this.#privateKey = privateKey;
    const jwk = { ...await exportJWK(publicKey), kid: this.#kid, alg: "RS256", use: "sig" };
    this.#keys = [jwk, ...this.#keys].slice(0, 2);
  }

  /** A token as the shop gives it to its own pages. */
  async tokenOf({ userId, membership }: Customer, ttlS = TOKEN_TTL_S): Promise<string> {
    const nowS = Math.floor(Date.now() / 1_000);
    return await new SignJWT({ level: membership === "gold" ? 2 : 0, membership })
      .setProtectedHeader({ alg: "RS256", kid: this.#kid })
      .setIssuer(this.origin)
      .setAudience("dropgate")
      .setSubject(userId)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + ttlS)
      .sign(this.#privateKey!);
  }

  /** Stops listening; open connections end. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const customer = customerOf(request);
    switch (`${request.method} ${pathname}`) {
      case "GET /jwks.json":
        this.keySetRequests += 1;
        return Response.json({ keys: this.#keys });
      case "GET /":
        return page(frontPage({ ...this.#links(), customer: await this.#withToken(customer) }));
      case "GET /item":
        return page(itemPage({ ...this.#links(), customer: await this.#withToken(customer) }));
      case "POST /sign-in":
        return await signIn(request);
      case "GET /token":
        return customer === null
          ? Response.json({ token: null }, { status: 401 })
          : Response.json({ token: await this.tokenOf(customer) });
      default:
        return new Response("Nothing here", { status: 404 });
    }
  }

  #links() {
    return { saleUrl: this.saleUrl, saleId: this.saleId, productId: this.productId };
  }

  async #withToken(customer: Customer | null) {
    return customer && { ...customer, token: await this.tokenOf(customer) };
  }
}

/** Whoever has the shop's cookie; a real shop would sign it. */
function customerOf(request: Request): Customer | null {
  const cookie = request.headers.get("cookie") ?? "";
  const [, userId, membership] = /\bcustomer=([\w.-]{1,64}):(gold|none)\b/.exec(cookie) ?? [];
  return userId === undefined || membership === undefined ? null : { userId, membership };
}

async function signIn(request: Request): Promise<Response> {
  const form = new URLSearchParams((await request.text()).slice(0, MAX_FORM_LENGTH));
  const customer = `${form.get("name")}:${form.get("membership") ?? "none"}`;
  return new Response(null, {
    status: 303,
    headers: {
      location: "/",
      "set-cookie": `customer=${customer}; Path=/; HttpOnly; SameSite=Lax`,
    },
  });
}

function page(html: string): Response {
  return new Response(html, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

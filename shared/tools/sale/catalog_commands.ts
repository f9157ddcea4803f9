import { needed, readItem, readPrice, readTime } from "./given_values.ts";
import {
  type CommandContext,
  EXIT,
  readCount,
  readId,
  readTextOption,
  type SaleCommand,
  take,
} from "./sale_command.ts";
import { saleLines, stateText } from "./sale_text.ts";
import { moneyText, textTable } from "./text_table.ts";

const PAGING = {
  page: { type: "string", value: "N", help: "Which page, from 1" },
  per: { type: "string", value: "N", help: "Records of a page, 1 to 200; 20 when left out" },
} as const;

const LIMITS = {
  rate: { type: "string", value: "N", help: "Buys let through per second" },
  burst: { type: "string", value: "N", help: "Buys let through at once after a quiet time" },
  "per-user": { type: "string", value: "N", help: "Tries of a user per minute" },
  "per-address": { type: "string", value: "N", help: "Tries of an address per minute" },
  captcha: { type: "string", value: "POLICY", help: "suspicious, always or off" },
} as const;

function pagingOf(context: CommandContext): { page: string; per: string } {
  const page = readCount(context, "page", 1, 1_000_000_000) ?? 1;
  const per = readCount(context, "per", 1, 200) ?? 20;
  return { page: String(page), per: String(per) };
}

/** The limits that were given, with the policy of the slider. */
function limitsOf(context: CommandContext) {
  const [least, most] = [1, 1_000_000_000];
  const given = {
    ratePerSecond: readCount(context, "rate", least, most),
    burst: readCount(context, "burst", least, most),
    userPerMinute: readCount(context, "per-user", least, most),
    ipPerMinute: readCount(context, "per-address", least, most),
  };
  const limits = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  // The API says which policies there are.
  const captcha = readTextOption(context, "captcha") as "suspicious" | undefined;
  return {
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(captcha === undefined ? {} : { captcha }),
  };
}

const list: SaleCommand = {
  name: "list",
  usage: "",
  summary: "List sales, newest first",
  options: PAGING,
  async run(context) {
    const { api, json, terminal } = context;
    const found = await take(await api.sales.$get({ query: pagingOf(context) }));
    if (json) terminal.print(JSON.stringify(found));
    else if (found.total === 0) terminal.print("There is no sale yet: `sale create` makes one.");
    else {
      const rows = found.items.map((sale) => [
        sale.saleId,
        stateText(sale),
        sale.startsAt,
        sale.endsAt,
        sale.items.reduce((sum, item) => sum + item.sold, 0),
        sale.title,
      ]);
      const headings = ["sale", "state", "starts", "ends", "sold", "title"];
      for (const line of textTable(headings, rows)) terminal.print(line);
    }
    return EXIT.done;
  },
};

const show: SaleCommand = {
  name: "show",
  usage: "SALE",
  summary: "Show a sale with its items and limits",
  async run({ api, args, json, terminal }) {
    const id = String(readId(args[0], "SALE"));
    const sale = await take(await api.sales[":id"].$get({ param: { id } }));
    terminal.print(json ? JSON.stringify(sale) : saleLines(sale).join("\n"));
    return EXIT.done;
  },
};

const create: SaleCommand = {
  name: "create",
  usage: "",
  summary: "Make a sale, as a draft",
  details: [
    "sale create --title 'Spring' --starts '2026-06-01 10:00' --ends '2026-06-01 12:00' \\",
    "  --zone Europe/Berlin --item 7:500 --item 8:100:2",
  ],
  options: {
    title: { type: "string", value: "TEXT", help: "What buyers read" },
    starts: { type: "string", value: "TIME", help: "With its offset, or local with --zone" },
    ends: { type: "string", value: "TIME", help: "The same" },
    zone: { type: "string", value: "ZONE", help: "As Europe/Berlin" },
    item: {
      type: "string",
      multiple: true,
      value: "PRODUCT:STOCK[:PER_USER]",
      help: "Once for each item; STOCK may be `unlimited`",
    },
    ...LIMITS,
  },
  async run(context) {
    const { api, options, json, terminal } = context;
    const text = (name: string) => needed(readTextOption(context, name), `--${name}`);
    const zone = readTextOption(context, "zone");
    const fields = {
      title: text("title"),
      startsAt: readTime(text("starts"), zone, "--starts"),
      endsAt: readTime(text("ends"), zone, "--ends"),
      items: (needed(options.item, "--item") as string[]).map(readItem),
      ...limitsOf(context),
    };
    const sale = await take(await api.sales.$post({ json: fields }));
    terminal.print(json ? JSON.stringify(sale) : saleLines(sale).join("\n"));
    if (!json) terminal.note(`Next: sale publish ${sale.saleId}`);
    return EXIT.done;
  },
};

const limits: SaleCommand = {
  name: "limits",
  usage: "SALE",
  summary: "Change the limits of a sale; in force on every edge within a second",
  options: LIMITS,
  async run(context) {
    const { api, args, json, terminal } = context;
    const id = String(readId(args[0], "SALE"));
    const changes = limitsOf(context);
    const sale = await take(
      Object.keys(changes).length === 0
        ? await api.sales[":id"].$get({ param: { id } })
        : await api.sales[":id"].$patch({ param: { id }, json: changes }),
    );
    terminal.print(json ? JSON.stringify(sale) : saleLines(sale).join("\n"));
    return EXIT.done;
  },
};

const products: SaleCommand = {
  name: "products",
  usage: "",
  summary: "List products",
  options: PAGING,
  async run(context) {
    const { api, json, terminal } = context;
    const found = await take(await api.products.$get({ query: pagingOf(context) }));
    if (json) terminal.print(JSON.stringify(found));
    else if (found.total === 0) {
      terminal.print("There is no product yet: `sale product` makes one.");
    } else {
      const rows = found.items.map(({ productId, name, price, currency }) => [
        productId,
        moneyText(price, currency),
        name,
      ]);
      for (const line of textTable(["product", "price", "name"], rows)) terminal.print(line);
    }
    return EXIT.done;
  },
};

const product: SaleCommand = {
  name: "product",
  usage: "",
  summary: "Make a product",
  details: ["sale product --name Kettle --price 49.90 --currency EUR --picture kettle.jpg"],
  options: {
    name: { type: "string", value: "TEXT", help: "What buyers read" },
    price: { type: "string", value: "AMOUNT", help: "As people write it: 49.90" },
    currency: { type: "string", value: "CODE", help: "ISO 4217, as EUR" },
    subtitle: { type: "string", value: "TEXT", help: "One line more" },
    description: { type: "string", value: "TEXT", help: "The text of its page" },
    picture: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "JPEG, PNG or WebP of at most 2 MB; once for each",
    },
  },
  async run(context) {
    const { api, options, json, terminal } = context;
    const text = (name: string) => needed(readTextOption(context, name), `--${name}`);
    const currency = text("currency");
    const fields = {
      name: text("name"),
      price: readPrice(text("price"), currency),
      currency,
      subtitle: readTextOption(context, "subtitle") ?? "",
      description: readTextOption(context, "description") ?? "",
    };
    const images: string[] = [];
    for (const file of (options.picture ?? []) as string[]) {
      const body = await terminal.readFile(file);
      const sent = await context.open("/media", { method: "POST", body });
      images.push((await sent.json()).path);
    }
    const made = await take(await api.products.$post({ json: { ...fields, images } }));
    terminal.print(
      json ? JSON.stringify(made) : `Product ${made.productId}: ${made.name}, ` +
        moneyText(made.price, made.currency),
    );
    return EXIT.done;
  },
};

/** Products and sales: making, listing, changing. */
export const CATALOG_COMMANDS: SaleCommand[] = [products, product, list, show, create, limits];

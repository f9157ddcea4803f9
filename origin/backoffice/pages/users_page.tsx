import { USER_ID_PATTERN } from "../../../shared/ticket.ts";
import type { ShopUser } from "../../customers/customer_book.ts";
import type { Page } from "../../orders/order_book.ts";
import { take } from "../kit/api_answers.ts";
import { Choice, Field, freshForm } from "../kit/form.tsx";
import { page } from "../kit/frame.tsx";
import { Badge, Empty, FilterBar } from "../kit/parts.tsx";
import { Pager, Table } from "../kit/table.tsx";
import { filtersOf, lastPage, listPlace } from "../list_place.ts";
import type { PageApp } from "../page_env.ts";

/** `/admin/users`: buyers of whom operators said something, and the way to any other. */
export function addUsersPage(app: PageApp): void {
  app.get("/users", async (c) => {
    const place = listPlace(c);
    const { id = "", blocked = "" } = filtersOf(place.url, ["id", "blocked"]);
    const form = freshForm({ id, blocked });
    if (USER_ID_PATTERN.test(id)) return c.redirect(`/admin/users/${encodeURIComponent(id)}`, 303);
    if (id !== "") form.errors.id = "A user id has 1 to 64 of A-Z a-z 0-9 _ . @ -";
    const filter = blocked === "true" || blocked === "false" ? { blocked } : {};
    const query = { ...place.query, ...filter } as typeof place.query;
    const found = await take<Page<ShopUser>>(await c.get("api").users.$get({ query }));
    const last = lastPage(place, found);
    if (last !== null) return c.redirect(last, 303);
    return page(c, {
      title: "Users",
      place: "users",
      styles: ["follow_up.css"],
      children: (
        <>
          <FilterBar action="/admin/users">
            <Field
              form={form}
              name="id"
              label="User id"
              type="search"
              attributes={{ autocomplete: "off", placeholder: "Any buyer of the shop" }}
            />
            <Choice
              form={form}
              name="blocked"
              label="Block"
              options={[
                { value: "", label: "All" },
                { value: "true", label: "Blocked" },
                { value: "false", label: "Not blocked" },
              ]}
            />
          </FilterBar>
          <UserTable users={found.items} filtered={blocked !== ""} />
          {found.total > 0 && <Pager url={place.url} {...found} />}
        </>
      ),
    }, id === "" ? 200 : 422);
  });
}

function UserTable({ users, filtered }: { users: ShopUser[]; filtered: boolean }) {
  return (
    <Table
      caption="Users that are blocked or have a level or claims of their own"
      rows={users}
      empty={
        <Empty title={filtered ? "No such user" : "Nobody is treated differently"}>
          <p>
            Buyers come with the shop's own sign-in and need no entry here. Look one up by the id to
            block him, or to give him a level or claims that go before what the shop says.
          </p>
        </Empty>
      }
      columns={[
        {
          heading: "User",
          cell: ({ userId }) => <a href={`/admin/users/${encodeURIComponent(userId)}`}>{userId}</a>,
        },
        {
          heading: "May buy",
          cell: ({ blocked }) =>
            blocked ? <Badge label="Blocked" tone="bad" /> : <Badge label="Yes" tone="good" />,
        },
        {
          heading: "Level",
          numeric: true,
          cell: ({ level }) =>
            level === null
              ? <span class="quiet">as the shop says</span>
              : level.toLocaleString("en"),
        },
        {
          heading: "Claims",
          cell: ({ claims }) => claims === null
            ? <span class="quiet">as the shop says</span>
            : Object.entries(claims).map(([name, value]) => `${name} = ${value}`).join(", "),
        },
        {
          heading: "Orders",
          cell: ({ userId }) => (
            <a href={`/admin/orders?userId=${encodeURIComponent(userId)}`}>Orders</a>
          ),
        },
      ]}
    />
  );
}

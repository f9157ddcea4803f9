import { Layout, type PageFrame } from "./layout.tsx";
import type { NoticeWords } from "./page_words.ts";

interface NoticePageProps {
  frame: PageFrame;
  notice: NoticeWords;
}

/** A page that only says something: nothing here, or not ready yet. */
export function NoticePage({ frame, notice: { title, text } }: NoticePageProps) {
  return (
    <Layout frame={frame} title={title} path="/">
      <section class="blank">
        <img src={frame.assets.path("mark.svg")} alt="" width="56" height="56" />
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a class="button" href="/">{frame.words.allSales}</a>
        </p>
      </section>
    </Layout>
  );
}

import { Layout, type PageFrame } from "./layout.tsx";

interface NoticePageProps {
  frame: PageFrame;
  title: string;
  text: string;
}

/** A page that only says something: nothing here, or not ready yet. */
export function NoticePage({ frame, title, text }: NoticePageProps) {
  return (
    <Layout frame={frame} title={`${title} · Dropgate`}>
      <section class="hero">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a class="button" href="/">See all sales</a>
        </p>
      </section>
    </Layout>
  );
}

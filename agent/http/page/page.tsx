import { html, raw } from "hono/html";
import type { FC } from "hono/jsx";
import { printable } from "../../core/printable.ts";
import { sayDuration } from "../../core/say.ts";
import type { Status } from "../../core/status.ts";
import { readinessOf } from "../readiness.ts";
import { MountCard } from "./mount-card.tsx";
import { style } from "./style.ts";
import { gravityOf, type Tone } from "./tone.ts";

export interface PageProps {
  status: Status;
  live: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Nothing is loaded from anywhere, nothing runs: one style sheet, by its hash, and the icon in the tab. */
export const contentSecurityPolicy = (): string => {
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};

/** The whole page. Needs no script; it asks for itself again every 5 s. */
export const statusPage = async (props: PageProps): Promise<string> => {
  const page = await html`<!doctype html>${<Page {...props} />}`;
  return page.toString();
};

const Page: FC<PageProps> = ({ status, live, now }) => {
  const { ready, summary } = readinessOf(status, live);
  const mounts = status.mounts.toSorted((a, b) => gravityOf(a.condition) - gravityOf(b.condition));
  const degraded = mounts.some(({ condition }) => condition.state === "Degraded");
  const tone: Tone = ready ? (degraded ? "warn" : "good") : "bad";
  const node = status.node ?? "this machine";
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>{printable(`${ready ? "ready" : "NOT READY"} · ${node} · Mooring`)}</title>
        <link rel="icon" href={iconOf(tone)} />
        <style>{raw(style)}</style>
      </head>
      <body class={tone}>
        <header class={tone}>
          <h1>{printable(`${sentence(summary)} on ${node}`)}</h1>
          <p>{printable(whoAndSince(status, now))}</p>
        </header>
        <Notices status={status} />
        <main>
          {mounts.map((mount) => (
            <MountCard mount={mount} now={now} />
          ))}
        </main>
        <footer>
          <p>{printable(configurationOf(status))}</p>
          <p>
            As of {new Date(now).toISOString()}, again every 5 s · <a href="/readyz">readyz</a> ·{" "}
            <a href="/metrics">metrics</a> · <a href="/api/v1/status">status as JSON</a>
          </p>
        </footer>
      </body>
    </html>
  );
};

const Notices: FC<{ status: Status }> = ({ status: { config, kernel } }) => (
  <>
    {config.rejected.length === 0 ? null : (
      <section class="notice bad">
        <p>The configuration that lies there now is refused; the one before it goes on:</p>
        <ul>
          {config.rejected.slice(0, 50).map((problem) => (
            <li>{printable(problem)}</li>
          ))}
        </ul>
      </section>
    )}
    {kernel.fallbacks.length === 0 ? null : (
      <section class="notice warn">
        <p>
          {printable(
            `Linux ${kernel.release} lacks calls that Mooring prefers; in use instead: ${kernel.fallbacks.join(", ")}`,
          )}
        </p>
      </section>
    )}
  </>
);

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const whoAndSince = ({ pod, instance, version, kernel, startedAt }: Status, now: number): string =>
  [
    pod === null ? null : `pod ${pod}`,
    `instance ${instance}`,
    `Mooring ${version}`,
    `Linux ${kernel.release}`,
    `up ${sayDuration(now - Date.parse(startedAt))}`,
  ]
    .filter((part) => part !== null)
    .join(" · ");

const configurationOf = ({ config: { path, loadedAt } }: Status): string =>
  `Configuration: ${path ?? "from the environment"}, loaded ${loadedAt}`;

/** A dot in the tab, so that many nodes can be watched at once. */
const iconOf = (tone: Tone): string => {
  const dot = `<circle cx="4" cy="4" r="4" fill="${colours[tone]}"/>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">${dot}</svg>`)}`;
};
const colours: Record<Tone, string> = { good: "#1a7f45", warn: "#e3a73c", bad: "#c0262d", unknown: "#57606c" };

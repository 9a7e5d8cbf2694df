import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Status } from "../../agent/core/status.ts";
import { makeApp } from "../../agent/http/app.tsx";
import { absent, condition, mountStatus, now, statusOf } from "./example-status.ts";

const pageOf = async (status: Status, live = true) => {
  const app = makeApp({ status: () => status, live: () => live, metrics: () => "", now: () => now });
  const response = await app.request("/");
  return { policy: response.headers.get("content-security-policy") ?? "", text: await response.text() };
};

/** Every element with its attributes' names, in order, and the words between. */
const structureOf = (page: string): { elements: string[]; words: string } => {
  const elements: string[] = [];
  let words = "";
  new HTMLRewriter()
    .on("*", {
      element: ({ tagName, attributes }) =>
        void elements.push([tagName, ...[...attributes].map(([name]) => name)].join(" ")),
    })
    .on("body *", {
      text: ({ text }) => {
        words += text;
      },
    })
    .transform(page);
  return { elements, words };
};

test("the page says whether the node is ready, and shows what is wrong first", async () => {
  const { text } = await pageOf(statusOf([mountStatus("dumps"), absent("traces")]));
  const { words } = structureOf(text);
  expect(words).toContain("Not ready: 1 of 2 mounts cannot be used on worker-2");
  expect(words.indexOf("traces")).toBeLessThan(words.indexOf("dumps"));
  for (const each of [
    "Absent · SourceNotMounted",
    "for 42 s",
    "7 failures in a row",
    "42.0 GiB of 100 GiB used (42 %)",
  ])
    expect(words).toContain(each);
  expect(text).toContain("<title>NOT READY · worker-2 · Mooring</title>");
});

test("a keeper that does not answer makes the page say that nothing is known", async () => {
  const { words } = structureOf((await pageOf(statusOf([mountStatus("dumps")]), false)).text);
  expect(words).toContain("Not ready: the keeper does not answer, so nothing is known on worker-2");
});

test("a refused configuration and the kernel's fallbacks are shown", async () => {
  const { words } = structureOf(
    (
      await pageOf(
        statusOf([], {
          config: { path: null, loadedAt: "2026-05-03T02:00:00Z", rejected: ["mounts[0].target: is missing"] },
          kernel: { release: "5.10.0", fallbacks: ["bind and remount"] },
        }),
      )
    ).text,
  );
  for (const each of [
    "mounts[0].target: is missing",
    "Linux 5.10.0 lacks calls",
    "bind and remount",
    "from the environment",
  ])
    expect(words).toContain(each);
});

test("the policy lets in the page's own style sheet and nothing else, and the page needs nothing else", async () => {
  const { policy, text } = await pageOf(statusOf([mountStatus("dumps"), absent("traces")]));
  const sheet = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(sheet).digest("base64");
  expect(policy).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  const { elements } = structureOf(text);
  expect(
    elements.filter((each) => / (style|on\w+|src)\b/.test(each) || /^(script|iframe|form|img)\b/.test(each)),
  ).toEqual([]);
  expect(elements).toContain("meta http-equiv content");
});

test("no text of others becomes an element or an attribute, or hides or turns what stands around it", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      '"><script>alert(1)</script>',
      "</style><img src=x onerror=y>",
      "&lt;b&gt;",
      "' onload='",
      "\u202e\u0000\udcff\ud800",
      "]]>-->",
    ),
  );
  const page = async (text: string) =>
    (
      await pageOf(
        statusOf(
          [
            mountStatus("dumps", {
              name: text,
              source: text,
              target: text,
              hostPath: `${text}.`,
              options: [text],
              condition: condition(text, "Wrong", "ForeignMount", text),
              identity: { device: "", superDevice: "", inode: 1n, fsType: text, source: text, root: text, uuid: null },
            }),
          ],
          {
            node: text,
            pod: text,
            instance: text,
            version: text,
            ready: false,
            config: { path: text, loadedAt: text, rejected: [text] },
            kernel: { release: text, fallbacks: [text] },
          },
        ),
      )
    ).text;
  const { elements } = structureOf(await page("harmless"));
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const html = await page(text);
      expect(structureOf(html).elements).toEqual(elements);
      expect(html).not.toMatch(/[^\P{C}\n]/u);
    }),
  );
});

import { expect, test } from "bun:test";
import { makeInstruments } from "../../agent/http/instruments.ts";

/** What prom-client keeps of a metric's definition; its types leave that out. */
interface Definition {
  name: string;
  help: string;
  type: string;
  labelNames: string[];
}

test("docs/metrics.md lists every metric with its type, its labels and what it says, and no other", async () => {
  const page = await Bun.file(new URL("../../docs/metrics.md", import.meta.url)).text();
  const listed = page.split("\n").filter((line) => /^\| `\w+` \| /.test(line));
  const definitions = makeInstruments().registry.getMetricsAsArray() as unknown as Definition[];
  const defined = definitions.map(({ name, help, type, labelNames }) => {
    const labels = labelNames.map((label) => ` \`${label}\``).join(",");
    return `| \`${name}\` | ${type} |${labels} | ${help} |`;
  });
  expect(listed).toEqual(defined);
});
